"""Key the follow-ups on silence by the partner's turn, so that none is made twice in one.

The time to answer moves within a turn: when a partner in doubt is vetted again, or a case rises.
What the partner was given at its beginning stays beside it, in `escalations.turn_due_at`. Of turns
under way the time to answer is it. Additive for requests: the version before does not read it.
"""

from alembic import op

revision = "0101"
down_revision = "0100"
branch_labels = None
depends_on = None

COLUMN = "turn_due_at"
DOORS = "helpdesk_intake, helpdesk_partner, helpdesk_worker, helpdesk_ticker"


def upgrade() -> None:
    op.execute(f"ALTER TABLE escalations ADD COLUMN {COLUMN} timestamptz")
    op.execute("UPDATE escalations SET turn_due_at = answer_due_at")
    op.execute(
        f"ALTER TABLE escalations ADD CONSTRAINT ck_escalations_{COLUMN}_finite"
        f" CHECK (isfinite({COLUMN}) AND {COLUMN} >= '1900-01-01' AND {COLUMN} < '3000-01-01')"
    )
    op.execute(f"GRANT UPDATE ({COLUMN}) ON escalations TO {DOORS}")
    _rename("answer_due_at", COLUMN)


def downgrade() -> None:
    # Nothing is lost: a turn's first time to answer is in its clock's events, too.
    _rename(COLUMN, "answer_due_at")
    op.execute(f"ALTER TABLE escalations DROP COLUMN {COLUMN}")


def _rename(old: str, new: str) -> None:
    table = "request_follow_ups"
    op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    op.execute(
        f"ALTER TABLE {table} RENAME CONSTRAINT ck_{table}_{old}_finite TO ck_{table}_{new}_finite"
    )
    unique = f"uq_{table}_escalation_id_{{}}_step"
    op.execute(
        f"ALTER TABLE {table} RENAME CONSTRAINT {unique.format(old)} TO {unique.format(new)}"
    )
