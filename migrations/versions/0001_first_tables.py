"""Make the first tables, the roles' rights in them, and the lock on history.

History takes rows and gives none back: a trigger refuses every change, for the owner too, and the
application's roles have no right to try. The intake role can write a report and read no key, no
person and no note.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.losses import refuse_to_lose

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APP = "helpdesk_app"
INTAKE = "helpdesk_intake"

# Rows of these tables are written once.
WRITTEN_ONCE = ("history", "history_links", "history_checkpoints", "evaluations", "clock_events")

# What the staff's and the partners' pages, the workers and the ticker may delete.
DELETABLE = (
    "sign_ins",
    "visits",
    "memberships",
    "closures",
    "key_copies",
    "facts",
    "outbox",
    "step_records",
)

# What the public pages may do. They see no person, no key copy, no note and no evidence.
INTAKE_RIGHTS = {
    "teams": "SELECT",
    "partners": "SELECT (id, slug, name, platform, is_drill)",
    "keys": "SELECT, INSERT",
    "key_copies": "INSERT",
    "cases": ("SELECT, INSERT, UPDATE (status, waits_on, waits_until, reply_due_at)"),
    "closures": "SELECT, INSERT, DELETE",
    "messages": "SELECT, INSERT",
    "consents": "SELECT, INSERT, UPDATE (withdrawn_at)",
    "evaluations": "INSERT",
    "clock_events": "SELECT, INSERT",
    "escalations": "SELECT, UPDATE (standing, answer_due_at)",
    "decisions": "SELECT",
    "exchanges": "SELECT (id, escalation_id, case_id, is_from_partner, at)",
    "verifications": "SELECT, INSERT",
    "history": "SELECT (id), INSERT",
    "outbox": "SELECT (id), INSERT",
    "visits": "SELECT, INSERT, UPDATE, DELETE",
}

HISTORY_IS_APPEND_ONLY = """
CREATE FUNCTION history_refuses_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is append-only';
END $$;

-- The one who links the chain takes this lock alone, so that no entry is still on its way then.
CREATE FUNCTION history_joins_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7243001);
    RETURN NEW;
END $$;

CREATE TRIGGER history_joins_chain BEFORE INSERT ON history
    FOR EACH STATEMENT EXECUTE FUNCTION history_joins_chain();
"""

REFUSE_CHANGE = """
CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION history_refuses_change();
"""

CHAINED = ("history", "history_links", "history_checkpoints")


def upgrade() -> None:
    op.create_table(
        "clock_events",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("clock", sa.String(length=32), nullable=False),
        sa.Column(
            "turn",
            sa.Enum(
                "started",
                "stopped",
                name="clockturn",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_events")),
    )
    op.create_index(
        "ix_clock_events_subject_id_clock",
        "clock_events",
        ["subject_id", "clock", "at"],
        unique=False,
    )
    op.create_table(
        "history",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject_type", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
    )
    op.create_index(
        "ix_history_case_id_id",
        "history",
        ["case_id", "id"],
        unique=False,
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )
    op.create_index("ix_history_subject_id", "history", ["subject_id"], unique=False)
    op.create_table(
        "history_checkpoints",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_history_checkpoints")),
    )
    op.create_table(
        "history_links",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_history_links")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_history_links_entry_id")),
    )
    op.create_table(
        "keys",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "person",
                "team",
                "case",
                name="keykind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("owner_id", sa.String(length=32), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("public_half", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keys")),
        sa.UniqueConstraint("owner_id", "epoch", name=op.f("uq_keys_owner_id_epoch")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("job", sa.String(length=64), nullable=False),
        sa.Column("queue", sa.String(length=32), nullable=False),
        sa.Column("arguments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "standing",
            sa.Enum(
                "waiting",
                "leased",
                "kept",
                "failed",
                name="standing",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=120), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["queue", "due_at"],
        unique=False,
        postgresql_where=sa.text("standing IN ('waiting', 'leased')"),
    )
    op.create_index(
        "ix_outbox_failed",
        "outbox",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("standing = 'failed'"),
    )
    op.create_table(
        "playbook_editions",
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("playbook", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("content_hash", name=op.f("pk_playbook_editions")),
    )
    op.create_table(
        "teams",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "queue",
                "partner",
                name="teamkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("takes_reports", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("slug", name=op.f("uq_teams_slug")),
    )
    op.create_table(
        "key_copies",
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("holder_id", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["holder_id"],
            ["keys.id"],
            name=op.f("fk_key_copies_holder_id_keys"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["key_id"], ["keys.id"], name=op.f("fk_key_copies_key_id_keys"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key_id", "holder_id", name=op.f("pk_key_copies")),
    )
    op.create_index("ix_key_copies_holder_id", "key_copies", ["holder_id"], unique=False)
    op.create_table(
        "partners",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("allowed_fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("vetted_on", sa.Date(), nullable=True),
        sa.Column("mailbox", sa.LargeBinary(), nullable=True),
        sa.Column("answer_within", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("decide_within", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_drill", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_partners_team_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partners")),
        sa.UniqueConstraint("platform", name=op.f("uq_partners_platform")),
        sa.UniqueConstraint("slug", name=op.f("uq_partners_slug")),
        sa.UniqueConstraint("team_id", name=op.f("uq_partners_team_id")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("handle", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "nobody",
                "reporter",
                "responder",
                "coordinator",
                "operator",
                "partner",
                "system",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("on_duty_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.String(length=32), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("under_passphrase", sa.LargeBinary(), nullable=True),
        sa.Column("under_recovery", sa.LargeBinary(), nullable=True),
        sa.Column("totp_seed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=False),
        sa.Column("enrolment_tag", sa.LargeBinary(), nullable=True),
        sa.Column("enrolment_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("closed_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["key_id"], ["keys.id"], name=op.f("fk_people_key_id_keys")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("enrolment_tag", name=op.f("uq_people_enrolment_tag")),
        sa.UniqueConstraint("handle", name=op.f("uq_people_handle")),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "new",
                "open",
                "waiting",
                "closed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "waits_on",
            sa.Enum(
                "reporter",
                "partner",
                "date",
                name="waitson",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("waits_until", sa.Date(), nullable=True),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("incident_type", sa.String(length=40), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=True),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("region", sa.String(length=40), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner_id", sa.String(length=32), nullable=True),
        sa.Column("in_slow_lane", sa.Boolean(), nullable=False),
        sa.Column("is_drill", sa.Boolean(), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("public_half", sa.LargeBinary(), nullable=False),
        sa.Column("reporter_tag", sa.LargeBinary(), nullable=False),
        sa.Column("reporter_public_half", sa.LargeBinary(), nullable=False),
        sa.Column("form_token", sa.LargeBinary(), nullable=False),
        sa.Column("story", sa.LargeBinary(), nullable=True),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("answers", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["key_id"], ["keys.id"], name=op.f("fk_cases_key_id_keys")),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name=op.f("fk_cases_owner_id_people")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_cases_team_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("form_token", name=op.f("uq_cases_form_token")),
        sa.UniqueConstraint("ref", name=op.f("uq_cases_ref")),
        sa.UniqueConstraint("reporter_tag", name=op.f("uq_cases_reporter_tag")),
    )
    op.create_index(
        "ix_cases_owner_id",
        "cases",
        ["owner_id"],
        unique=False,
        postgresql_where=sa.text("status <> 'closed'"),
    )
    op.create_index(
        "ix_cases_queue",
        "cases",
        [
            "team_id",
            "level",
            sa.literal_column("coalesce(reply_due_at, 'infinity'::timestamptz)"),
            "id",
        ],
        unique=False,
        postgresql_where=sa.text("status <> 'closed'"),
    )
    op.create_index(
        "ix_cases_unclaimed",
        "cases",
        [
            "team_id",
            "level",
            sa.literal_column("coalesce(reply_due_at, 'infinity'::timestamptz)"),
            "id",
        ],
        unique=False,
        postgresql_where=sa.text("status <> 'closed' AND owner_id IS NULL"),
    )
    op.create_index(
        "ix_cases_queue_by_status",
        "cases",
        [
            "team_id",
            "status",
            "level",
            sa.literal_column("coalesce(reply_due_at, 'infinity'::timestamptz)"),
            "id",
        ],
        unique=False,
        postgresql_where=sa.text("status <> 'closed'"),
    )
    op.create_index(
        "ix_cases_closed",
        "cases",
        ["team_id", "opened_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'closed'"),
    )
    op.create_table(
        "memberships",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_memberships_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_memberships_team_id_teams")
        ),
        sa.PrimaryKeyConstraint("person_id", "team_id", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_team_id"), "memberships", ["team_id"], unique=False)
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("surface", sa.String(length=16), nullable=False),
        sa.Column("unlocked", sa.LargeBinary(), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_sign_ins_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("id", "person_id", name=op.f("uq_sign_ins_id_person_id")),
    )
    op.create_index(op.f("ix_sign_ins_person_id"), "sign_ins", ["person_id"], unique=False)
    op.create_index("ix_sign_ins_seen_at", "sign_ins", ["seen_at"], unique=False)
    op.create_table(
        "closures",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "resolved",
                "unresolved",
                "referred",
                "withdrawn",
                "spam",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_closures_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_closures")),
    )
    op.create_index(
        "ix_closures_follow_up_on",
        "closures",
        ["follow_up_on"],
        unique=False,
        postgresql_where=sa.text("follow_up_on IS NOT NULL"),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "help",
                "keep",
                "helper",
                "platform",
                name="consentkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("platform", sa.String(length=40), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.String(length=80), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_consents_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index("ix_consents_case_id", "consents", ["case_id"], unique=False)
    op.create_index(
        "uq_consents_standing",
        "consents",
        ["case_id", "kind", sa.literal_column("coalesce(platform, '')")],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "evaluations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("table_version", sa.String(length=20), nullable=False),
        sa.Column("inputs", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_evaluations_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluations")),
    )
    op.create_index(op.f("ix_evaluations_case_id"), "evaluations", ["case_id"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.String(length=80), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_evidence_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("case_id", "kind", name=op.f("uq_evidence_case_id_kind")),
    )
    op.create_index(op.f("ix_evidence_case_id"), "evidence", ["case_id"], unique=False)
    op.create_table(
        "facts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.String(length=80), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_facts_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facts")),
        sa.UniqueConstraint("case_id", "name", name=op.f("uq_facts_case_id_name")),
    )
    op.create_index(op.f("ix_facts_case_id"), "facts", ["case_id"], unique=False)
    op.create_table(
        "level_requests",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_level_requests_case_id_cases"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_level_requests")),
    )
    op.create_index(op.f("ix_level_requests_case_id"), "level_requests", ["case_id"], unique=False)
    op.create_index(
        "uq_level_requests_undecided",
        "level_requests",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("is_from_reporter", sa.Boolean(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("for_reporter", sa.LargeBinary(), nullable=True),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_messages_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index(op.f("ix_messages_case_id"), "messages", ["case_id"], unique=False)
    op.create_index("ix_messages_case_id_sent_at", "messages", ["case_id", "sent_at"], unique=False)
    op.create_table(
        "notes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_notes_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index(op.f("ix_notes_case_id"), "notes", ["case_id"], unique=False)
    op.create_table(
        "playbook_runs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.String(length=80), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_as", sa.String(length=60), nullable=True),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_playbook_runs_case_id_cases"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["content_hash"],
            ["playbook_editions.content_hash"],
            name=op.f("fk_playbook_runs_content_hash_playbook_editions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playbook_runs")),
    )
    op.create_index(op.f("ix_playbook_runs_case_id"), "playbook_runs", ["case_id"], unique=False)
    op.create_index(
        "uq_playbook_runs_running",
        "playbook_runs",
        ["case_id", "content_hash"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "visits",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("unlocked", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_visits_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
    )
    op.create_index(op.f("ix_visits_case_id"), "visits", ["case_id"], unique=False)
    op.create_index(op.f("ix_visits_seen_at"), "visits", ["seen_at"], unique=False)
    op.create_table(
        "escalations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ref", sa.String(length=20), nullable=False),
        sa.Column("partner_id", sa.String(length=32), nullable=False),
        sa.Column(
            "standing",
            sa.Enum(
                "draft",
                "approved",
                "dispatching",
                "with_partner",
                "acknowledged",
                "need_information",
                "in_review",
                "decided",
                "closed",
                "withdrawn",
                "unanswered",
                name="standing",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "priority",
            sa.Enum(
                "p1",
                "p2",
                "p3",
                "p4",
                name="priority",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "ask",
            sa.Enum(
                "restore",
                "lock",
                "remove",
                "preserve",
                "review",
                name="ask",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("packet", sa.LargeBinary(), nullable=False),
        sa.Column("packet_hash", sa.String(length=64), nullable=False),
        sa.Column("packet_for_reporter", sa.LargeBinary(), nullable=True),
        sa.Column("packet_for_partner", sa.LargeBinary(), nullable=True),
        sa.Column("partner_key_id", sa.String(length=32), nullable=True),
        sa.Column("drafted_by", sa.String(length=80), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.String(length=80), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consent_id", sa.String(length=32), nullable=True),
        sa.Column("answer_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waived_by", sa.String(length=80), nullable=True),
        sa.Column("waived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waiver", sa.LargeBinary(), nullable=True),
        sa.Column("second_reader", sa.String(length=80), nullable=True),
        sa.Column("second_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("second_read_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_escalations_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["consents.id"], name=op.f("fk_escalations_consent_id_consents")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name=op.f("fk_escalations_partner_id_partners")
        ),
        sa.ForeignKeyConstraint(
            ["partner_key_id"], ["keys.id"], name=op.f("fk_escalations_partner_key_id_keys")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalations")),
        sa.UniqueConstraint("ref", name=op.f("uq_escalations_ref")),
    )
    op.create_index(op.f("ix_escalations_case_id"), "escalations", ["case_id"], unique=False)
    op.create_index(
        "ix_escalations_partner_id", "escalations", ["partner_id", "answer_due_at"], unique=False
    )
    op.create_index(
        "uq_escalations_unfinished",
        "escalations",
        ["case_id", "partner_id", "ask"],
        unique=True,
        postgresql_where=sa.text("standing NOT IN ('closed', 'withdrawn')"),
    )
    op.create_table(
        "step_records",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=80), nullable=False),
        sa.Column(
            "standing",
            sa.Enum(
                "done",
                "skipped",
                name="stepstanding",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("outcome", sa.String(length=60), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_step_records_case_id_cases"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["playbook_runs.id"],
            name=op.f("fk_step_records_run_id_playbook_runs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step_records")),
        sa.UniqueConstraint("run_id", "step", name=op.f("uq_step_records_run_id_step")),
    )
    op.create_index(op.f("ix_step_records_case_id"), "step_records", ["case_id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("escalation_id", sa.String(length=32), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "access_locked",
                "access_restored",
                "account_disabled",
                "content_removed",
                "content_limited",
                "content_reinstated",
                "link_blocked",
                "domain_suspended",
                "host_suspended",
                "data_preserved",
                "warning_added",
                "none",
                name="action",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "policy_breach",
                "illegal",
                "no_breach_found",
                "insufficient_evidence",
                "owner_not_verified",
                "not_our_service",
                "already_gone",
                "duplicate",
                "legally_restrained",
                "out_of_scope",
                "other",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("note_for_partner", sa.LargeBinary(), nullable=True),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_decisions_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalations.id"],
            name=op.f("fk_decisions_escalation_id_escalations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_case_id"), "decisions", ["case_id"], unique=False)
    op.create_index(
        op.f("ix_decisions_escalation_id"), "decisions", ["escalation_id"], unique=False
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("escalation_id", sa.String(length=32), nullable=False),
        sa.Column("packet_hash", sa.String(length=64), nullable=False),
        sa.Column("sealed_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "standing",
            sa.Enum(
                "pending",
                "sending",
                "accepted",
                "deferred",
                "uncertain",
                "rejected",
                "dead_letter",
                "cancelled",
                name="deliverystanding",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalations.id"],
            name=op.f("fk_deliveries_escalation_id_escalations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("escalation_id", name=op.f("uq_deliveries_escalation_id")),
    )
    op.create_index("ix_deliveries_standing", "deliveries", ["standing"], unique=False)
    op.create_table(
        "exchanges",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("escalation_id", sa.String(length=32), nullable=False),
        sa.Column("is_from_partner", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("for_partner", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_exchanges_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalations.id"],
            name=op.f("fk_exchanges_escalation_id_escalations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchanges")),
    )
    op.create_index(op.f("ix_exchanges_case_id"), "exchanges", ["case_id"], unique=False)
    op.create_index(
        "ix_exchanges_escalation_id", "exchanges", ["escalation_id", "at"], unique=False
    )
    op.create_table(
        "delivery_attempts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("delivery_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "result",
            sa.Enum(
                "pending",
                "sending",
                "accepted",
                "deferred",
                "uncertain",
                "rejected",
                "dead_letter",
                "cancelled",
                name="deliverystanding",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("trouble", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.id"],
            name=op.f("fk_delivery_attempts_delivery_id_deliveries"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_attempts")),
        sa.UniqueConstraint(
            "delivery_id", "number", name=op.f("uq_delivery_attempts_delivery_id_number")
        ),
    )
    op.create_table(
        "verifications",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("escalation_id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("decision_id", sa.String(length=32), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "confirmed",
                "partial",
                "not_effective",
                "cannot_tell",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_verifications_case_id_cases"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decisions.id"],
            name=op.f("fk_verifications_decision_id_decisions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalations.id"],
            name=op.f("fk_verifications_escalation_id_escalations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verifications")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_verifications_decision_id")),
    )

    op.execute(HISTORY_IS_APPEND_ONLY)
    for table in CHAINED:
        op.execute(REFUSE_CHANGE.format(table=table))
    grant_rights()


def grant_rights() -> None:
    """Give each role what it needs, table by table; the roles were made with the database."""
    database = op.get_bind()
    tables = sorted(sa.inspect(database).get_table_names())
    for table in tables:
        if table == "alembic_version":
            rights = "SELECT"
        elif table in WRITTEN_ONCE:
            rights = "SELECT, INSERT"
        elif table in DELETABLE:
            rights = "SELECT, INSERT, UPDATE, DELETE"
        else:
            rights = "SELECT, INSERT, UPDATE"
        op.execute(f"GRANT {rights} ON {table} TO {APP}")
    for table, rights in INTAKE_RIGHTS.items():
        op.execute(f"GRANT {rights} ON {table} TO {INTAKE}")


def downgrade() -> None:
    for table in ("cases", "people", "history"):
        refuse_to_lose("everything", table=table)
    op.drop_table("verifications")
    op.drop_table("delivery_attempts")
    op.drop_index("ix_exchanges_escalation_id", table_name="exchanges")
    op.drop_index(op.f("ix_exchanges_case_id"), table_name="exchanges")
    op.drop_table("exchanges")
    op.drop_index("ix_deliveries_standing", table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_index(op.f("ix_decisions_escalation_id"), table_name="decisions")
    op.drop_index(op.f("ix_decisions_case_id"), table_name="decisions")
    op.drop_table("decisions")
    op.drop_index(op.f("ix_step_records_case_id"), table_name="step_records")
    op.drop_table("step_records")
    op.drop_index(
        "uq_escalations_unfinished",
        table_name="escalations",
        postgresql_where=sa.text("standing NOT IN ('closed', 'withdrawn')"),
    )
    op.drop_index("ix_escalations_partner_id", table_name="escalations")
    op.drop_index(op.f("ix_escalations_case_id"), table_name="escalations")
    op.drop_table("escalations")
    op.drop_index(op.f("ix_visits_seen_at"), table_name="visits")
    op.drop_index(op.f("ix_visits_case_id"), table_name="visits")
    op.drop_table("visits")
    op.drop_index(
        "uq_playbook_runs_running",
        table_name="playbook_runs",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_playbook_runs_case_id"), table_name="playbook_runs")
    op.drop_table("playbook_runs")
    op.drop_index(op.f("ix_notes_case_id"), table_name="notes")
    op.drop_table("notes")
    op.drop_index("ix_messages_case_id_sent_at", table_name="messages")
    op.drop_index(op.f("ix_messages_case_id"), table_name="messages")
    op.drop_table("messages")
    op.drop_index(
        "uq_level_requests_undecided",
        table_name="level_requests",
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.drop_index(op.f("ix_level_requests_case_id"), table_name="level_requests")
    op.drop_table("level_requests")
    op.drop_index(op.f("ix_facts_case_id"), table_name="facts")
    op.drop_table("facts")
    op.drop_index(op.f("ix_evidence_case_id"), table_name="evidence")
    op.drop_table("evidence")
    op.drop_index(op.f("ix_evaluations_case_id"), table_name="evaluations")
    op.drop_table("evaluations")
    op.drop_index(
        "uq_consents_standing",
        table_name="consents",
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.drop_index("ix_consents_case_id", table_name="consents")
    op.drop_table("consents")
    op.drop_index(
        "ix_closures_follow_up_on",
        table_name="closures",
        postgresql_where=sa.text("follow_up_on IS NOT NULL"),
    )
    op.drop_table("closures")
    op.drop_index("ix_sign_ins_seen_at", table_name="sign_ins")
    op.drop_index(op.f("ix_sign_ins_person_id"), table_name="sign_ins")
    op.drop_table("sign_ins")
    op.drop_index(op.f("ix_memberships_team_id"), table_name="memberships")
    op.drop_table("memberships")
    op.drop_index(
        "ix_cases_closed", table_name="cases", postgresql_where=sa.text("status = 'closed'")
    )
    op.drop_index(
        "ix_cases_queue_by_status",
        table_name="cases",
        postgresql_where=sa.text("status <> 'closed'"),
    )
    op.drop_index(
        "ix_cases_unclaimed",
        table_name="cases",
        postgresql_where=sa.text("status <> 'closed' AND owner_id IS NULL"),
    )
    op.drop_index(
        "ix_cases_queue", table_name="cases", postgresql_where=sa.text("status <> 'closed'")
    )
    op.drop_index(
        "ix_cases_owner_id", table_name="cases", postgresql_where=sa.text("status <> 'closed'")
    )
    op.drop_table("cases")
    op.drop_table("people")
    op.drop_table("partners")
    op.drop_index("ix_key_copies_holder_id", table_name="key_copies")
    op.drop_table("key_copies")
    op.drop_table("teams")
    op.drop_table("playbook_editions")
    op.drop_index(
        "ix_outbox_failed", table_name="outbox", postgresql_where=sa.text("standing = 'failed'")
    )
    op.drop_index(
        "ix_outbox_due",
        table_name="outbox",
        postgresql_where=sa.text("standing IN ('waiting', 'leased')"),
    )
    op.drop_table("outbox")
    op.drop_table("keys")
    op.drop_table("history_links")
    op.drop_table("history_checkpoints")
    op.drop_index("ix_history_subject_id", table_name="history")
    op.drop_index(
        "ix_history_case_id_id",
        table_name="history",
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )
    op.drop_table("history")
    op.drop_index("ix_clock_events_subject_id_clock", table_name="clock_events")
    op.drop_table("clock_events")
    op.execute("DROP FUNCTION history_joins_chain() CASCADE")
    op.execute("DROP FUNCTION history_refuses_change() CASCADE")
