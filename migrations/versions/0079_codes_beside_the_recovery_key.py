"""Count wrong codes beside the recovery key apart from those beside the passphrase.

Whoever had somebody's passphrase kept them out of recovery, too, by guessing codes. Additive.
"""

import sqlalchemy as sa
from alembic import op

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None

COUNTER = "failures_beside_recovery_key"
NAME = f"people_{COUNTER}_in_step"
STEPS = 4  # as other counters (0044)


def upgrade() -> None:
    op.add_column("people", sa.Column(COUNTER, sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        f"CREATE TRIGGER {NAME}_at_first BEFORE INSERT ON people FOR EACH ROW"
        f" WHEN (NEW.{COUNTER} <> 0) EXECUTE FUNCTION counter_out_of_step()"
    )
    op.execute(
        f"CREATE TRIGGER {NAME} BEFORE UPDATE OF {COUNTER} ON people FOR EACH ROW"
        f" WHEN (NEW.{COUNTER} <> 0 AND (NEW.{COUNTER} < OLD.{COUNTER}"
        f" OR NEW.{COUNTER}::bigint > OLD.{COUNTER}::bigint + {STEPS}))"
        " EXECUTE FUNCTION counter_out_of_step()"
    )
    op.execute(f"GRANT UPDATE ({COUNTER}) ON people TO helpdesk_partner")


def downgrade() -> None:
    # Nothing is lost: wrong codes count until the person comes in, and nobody reads them later.
    for name in (NAME, f"{NAME}_at_first"):
        op.execute(f"DROP TRIGGER {name} ON people")
    op.drop_column("people", COUNTER)
