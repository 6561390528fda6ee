"""Keep which follow-ups on a partner's silence were made or stopped, so that none is made twice.

The ticker writes that one is due, the workers make it, and staff hurry or stop one. Additive: the
version before writes none.
"""

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0094"
down_revision = "0093"
branch_labels = None
depends_on = None

TABLE = "request_follow_ups"
# The ticker has no reason but the time.
BY_TICKER = "id, case_id, escalation_id, answer_due_at, step, at, by, is_stopped"
LONGEST = 20_000
STEPS = "('nudge', 'other_contact', 'phone_call', 'unanswered')"
SAID = "('escalation.nudged', 'escalation.unanswered')"
NEWS = [
    "handed_over",
    "no_longer_yours",
    "message",
    "agreement",
    "denied",
    "withdrawn",
    "back",
    "closed",
    "reopened",
    "note",
    "level",
    "lowering_decided",
    "closing_decided",
    "approved",
    "waived",
    "asked",
    "decided",
    "acted_before",
    "fixed",
    "not_fixed",
    "not_carried",
    "our_move_late",
    "request_over",
    "moved",
]


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("escalation_id", sa.String(32), nullable=False),
        sa.Column("answer_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("is_stopped", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(f"step IN {STEPS}", name=op.f(f"ck_{TABLE}_followup")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], ondelete="CASCADE", name=op.f(f"fk_{TABLE}_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalations.id"],
            ondelete="CASCADE",
            name=op.f(f"fk_{TABLE}_escalation_id_escalations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint(
            "escalation_id",
            "answer_due_at",
            "step",
            name=op.f(f"uq_{TABLE}_escalation_id_answer_due_at_step"),
        ),
    )
    op.create_index(op.f(f"ix_{TABLE}_case_id"), TABLE, ["case_id"])
    for column in ("answer_due_at", "at"):
        op.execute(
            f"ALTER TABLE {TABLE} ADD CONSTRAINT ck_{TABLE}_{column}_finite"
            f" CHECK (isfinite({column}) AND {column} >= '1900-01-01' AND {column} < '3000-01-01')"
        )
    op.create_index(
        "ix_escalations_answer_due_at",
        "escalations",
        ["answer_due_at"],
        postgresql_where=sa.text("answer_due_at IS NOT NULL"),
    )
    op.execute(
        f"ALTER TABLE {TABLE} ADD CONSTRAINT ck_{TABLE}_reason_bounded"
        f" CHECK (octet_length(reason) <= {LONGEST})"
    )
    # What the ticker writes is made, by nobody of ours; who changes one says why. The end is never
    # stopped.
    op.execute(
        f"ALTER TABLE {TABLE} ADD CONSTRAINT ck_{TABLE}_said_by CHECK ("
        "by = 'system' AND NOT is_stopped AND reason IS NULL"
        " OR by <> 'system' AND reason IS NOT NULL AND step <> 'unanswered')"
    )
    op.execute(f"GRANT SELECT, INSERT ON {TABLE} TO helpdesk_app")
    op.execute(f"GRANT SELECT, INSERT ({BY_TICKER}) ON {TABLE} TO helpdesk_ticker")
    op.execute(f"GRANT SELECT ON {TABLE} TO helpdesk_worker")
    op.execute(
        "CREATE POLICY worker_adds_of_silence ON history FOR INSERT "
        "TO helpdesk_worker, helpdesk_ticker WITH CHECK (actor_id = 'system' AND is_just_now(at) "
        f"AND action IN {SAID} AND subject_type = 'escalations')"
    )
    _allow([*NEWS, "partner_silent", "unanswered"])


def downgrade() -> None:
    refuse_to_lose("follow-ups, which would be made again", table=TABLE)
    op.execute("DELETE FROM news WHERE what IN ('partner_silent', 'unanswered')")
    _allow(NEWS)
    op.execute("DROP POLICY worker_adds_of_silence ON history")
    op.drop_index("ix_escalations_answer_due_at", table_name="escalations")
    op.drop_table(TABLE)


def _allow(kinds: list[str]) -> None:
    listed = ", ".join(f"'{one}'" for one in kinds)
    op.execute("ALTER TABLE news DROP CONSTRAINT ck_news_what")
    op.execute(f"ALTER TABLE news ADD CONSTRAINT ck_news_what CHECK (what IN ({listed}))")
