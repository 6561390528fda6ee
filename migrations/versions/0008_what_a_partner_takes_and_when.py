"""What a partner takes, in which zone, whom it can call here, and since when it is retired.

A request gets the number that the partner gives it, sealed for the case and for the partner.
Additive: the version before does not notice. Partners that are there take every kind of request
until somebody settles otherwise, and nothing goes to them before it says whom they can call.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.losses import refuse_to_lose

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

EVERY_ASK = '["restore", "lock", "remove", "preserve", "review"]'


def upgrade() -> None:
    op.add_column(
        "partners",
        sa.Column(
            "asks",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            server_default=sa.text(f"'{EVERY_ASK}'::jsonb"),
        ),
    )
    op.add_column(
        "partners", sa.Column("timezone", sa.String(64), nullable=False, server_default="UTC")
    )
    op.add_column("partners", sa.Column("reach_us", sa.Text(), nullable=False, server_default=""))
    op.add_column("partners", sa.Column("retired_on", sa.Date(), nullable=True))
    op.add_column("escalations", sa.Column("ticket", sa.LargeBinary(), nullable=True))
    op.add_column("escalations", sa.Column("ticket_for_partner", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    refuse_to_lose("numbers of partners", table="escalations", where="ticket IS NOT NULL")
    settled = (
        f"asks <> '{EVERY_ASK}' OR timezone <> 'UTC' OR reach_us <> '' OR retired_on IS NOT NULL"
    )
    refuse_to_lose("what was settled about partners", table="partners", where=settled)
    for column in ("ticket_for_partner", "ticket"):
        op.drop_column("escalations", column)
    for column in ("retired_on", "reach_us", "timezone", "asks"):
        op.drop_column("partners", column)
