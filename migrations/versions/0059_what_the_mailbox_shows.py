"""Keep which kinds of trouble the mailbox of a case may show.

A playbook that one of us starts made its advice and questions appear there, for whoever holds the
return code, although what led to it may have been said in confidence. Now the mailbox keeps to what
was reported and what was released. None says that this is all a case is about, as for every case so
far. Additive.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.losses import refuse_to_lose

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

SHAPE = """cardinality(told_types) <= 40 AND coalesce(array_ndims(told_types), 1) = 1
    AND array_position(told_types, NULL) IS NULL"""


def upgrade() -> None:
    op.add_column("cases", sa.Column("told_types", postgresql.ARRAY(sa.String(length=40))))
    op.execute(f"ALTER TABLE cases ADD CONSTRAINT ck_cases_told_types_listed CHECK ({SHAPE})")


def downgrade() -> None:
    refuse_to_lose(
        "which kinds the mailbox may show", table="cases", where="told_types IS NOT NULL"
    )
    op.drop_column("cases", "told_types")
