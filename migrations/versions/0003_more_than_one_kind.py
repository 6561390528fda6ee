"""Let a case be about more than one kind of trouble.

The main kind stays where it was; the others stand beside it, in the order in which they press.
Additive, with an empty list for what is there: the version before neither reads nor writes it. The
public pages may insert whole rows of cases already, so the role of intake needs no new right.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.losses import refuse_to_lose

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kinds = postgresql.ARRAY(sa.String(length=40))
    op.add_column(
        "cases", sa.Column("other_types", kinds, nullable=False, server_default=sa.text("'{}'"))
    )


def downgrade() -> None:
    refuse_to_lose("the other kinds of a case", table="cases", where="other_types <> '{}'")
    op.drop_column("cases", "other_types")
