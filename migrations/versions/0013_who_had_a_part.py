"""Keep who had a part in what, so that a second person really is one.

Additive. For what is there already it is filled from what is known: who wrote requests, evidence
and facts, who changed levels, who gave codes and let people in (from history, this once). A consent
that was written down by hand and on which a request has left already counts as confirmed by whoever
let that leave; any other waits for the reporter or a second person.
"""

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENTS = (
    ("contributions", "at"),
    ("consents", "confirmed_at"),
    ("people", "code_given_at"),
    ("memberships", "let_in_at"),
)
PARTS = ("words", "evidence", "fact", "level", "waiver")

# Who did what, as far as rows and history still say it.
KNOWN = (
    "SELECT case_id, id, 'words', '', drafted_by, drafted_at FROM escalations",
    """SELECT case_id, subject_id, 'words', '', actor_id, at FROM history
       WHERE action IN ('escalation.drafted', 'escalation.changed') AND case_id IS NOT NULL""",
    "SELECT case_id, id, 'waiver', '', waived_by, waived_at FROM escalations",
    "SELECT case_id, case_id, 'evidence', kind, taken_by, taken_at FROM evidence",
    "SELECT case_id, case_id, 'fact', name, set_by, set_at FROM facts",
    "SELECT case_id, case_id, 'level', '', by, at FROM evaluations",
    "SELECT case_id, case_id, 'level', '', asked_by, asked_at FROM level_requests WHERE granted",
)
FILL = """
INSERT INTO contributions (id, case_id, subject_id, part, name, actor, at)
SELECT md5(random()::text || clock_timestamp()::text || known.actor), known.*
FROM ({known}) AS known (case_id, subject_id, part, name, actor, at)
WHERE known.actor LIKE 'person:%' AND EXISTS (SELECT 1 FROM cases WHERE cases.id = known.case_id)
ON CONFLICT DO NOTHING
"""

CONSENTS_THAT_BORE_A_REQUEST = """
UPDATE consents SET confirmed_by = sent.approved_by, confirmed_at = sent.approved_at
FROM (
    SELECT DISTINCT ON (escalations.case_id, partners.platform)
        escalations.case_id, partners.platform, approved_by, approved_at
    FROM escalations JOIN partners ON partners.id = escalations.partner_id
    WHERE approved_by IS NOT NULL
    ORDER BY escalations.case_id, partners.platform, approved_at
) AS sent
WHERE consents.case_id = sent.case_id AND consents.given_by LIKE 'person:%'
  AND (consents.kind = 'help' OR consents.platform = sent.platform)
"""

CODES = """
UPDATE people SET code_given_by = given.actor_id, code_given_at = given.at,
                  was_reset = (given.action = 'person.started_over')
FROM (
    SELECT DISTINCT ON (subject_id) subject_id, actor_id, at, action FROM history
    WHERE action IN ('person.invited', 'person.invited_again', 'person.started_over')
    ORDER BY subject_id, id DESC
) AS given
WHERE people.id = given.subject_id
"""

LET_IN = """
UPDATE memberships SET let_in_by = given.actor_id, let_in_at = given.at
FROM (
    SELECT DISTINCT ON (subject_id, details ->> 'person_id')
        subject_id, details ->> 'person_id' AS person_id, actor_id, at
    FROM history WHERE action = 'team.let_in'
    ORDER BY subject_id, details ->> 'person_id', id DESC
) AS given, people
WHERE memberships.team_id = given.subject_id AND memberships.person_id = given.person_id
  AND people.id = memberships.person_id
  AND (people.code_given_at IS NULL OR given.at >= people.code_given_at)
"""


def upgrade() -> None:
    kind = sa.Enum(*PARTS, name="part", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "contributions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("part", kind, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_contributions_case_id_cases"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contributions")),
        sa.UniqueConstraint(
            "subject_id",
            "part",
            "name",
            "actor",
            name=op.f("uq_contributions_subject_id_part_name_actor"),
        ),
    )
    op.create_index(op.f("ix_contributions_case_id"), "contributions", ["case_id"])
    op.add_column("consents", sa.Column("confirmed_by", sa.String(length=80)))
    op.add_column("consents", sa.Column("confirmed_at", sa.DateTime(timezone=True)))
    op.add_column("people", sa.Column("code_given_by", sa.String(length=80)))
    op.add_column("people", sa.Column("code_given_at", sa.DateTime(timezone=True)))
    op.add_column(
        "people",
        sa.Column("was_reset", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    )
    op.add_column("memberships", sa.Column("let_in_by", sa.String(length=80)))
    op.add_column("memberships", sa.Column("let_in_at", sa.DateTime(timezone=True)))
    for known in KNOWN:
        op.execute(FILL.format(known=known))
    op.execute(CONSENTS_THAT_BORE_A_REQUEST)
    op.execute(CODES)
    op.execute(LET_IN)
    for table, column in MOMENTS:
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{column}_finite "
            f"CHECK (isfinite({column}))"
        )
    # What somebody did is written down and stays.
    op.execute("GRANT SELECT, INSERT ON contributions TO helpdesk_app")
    # Whoever is called for a second person had no part: the worker looks that up.
    op.execute("GRANT SELECT ON contributions TO helpdesk_worker")
    # A reporter confirms in the mailbox what one of us wrote down.
    op.execute("GRANT UPDATE (confirmed_by, confirmed_at) ON consents TO helpdesk_intake")
    op.execute(
        "CREATE POLICY door_confirms ON consents FOR UPDATE TO helpdesk_intake "
        "USING (case_id = (SELECT visitor_case())) WITH CHECK ("
        "withdrawn_at IS NULL AND confirmed_by = 'reporter:' || case_id "
        "AND is_this_hour(confirmed_at))"
    )


def downgrade() -> None:
    refuse_to_lose("who had a part in requests", table="contributions")
    refuse_to_lose("confirmed consents", table="consents", where="confirmed_at IS NOT NULL")
    refuse_to_lose("who let people in", table="memberships", where="let_in_by IS NOT NULL")
    refuse_to_lose("who gave codes", table="people", where="code_given_by IS NOT NULL")
    op.execute("DROP POLICY door_confirms ON consents")
    op.execute("REVOKE UPDATE (confirmed_by, confirmed_at) ON consents FROM helpdesk_intake")
    for table, columns in (
        ("memberships", ("let_in_at", "let_in_by")),
        ("people", ("was_reset", "code_given_at", "code_given_by")),
        ("consents", ("confirmed_at", "confirmed_by")),
    ):
        for column in columns:
            op.drop_column(table, column)
    op.drop_table("contributions")
