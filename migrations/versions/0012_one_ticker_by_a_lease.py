"""Give the ticker a lease with a fencing number, in place of a lock that a hanging one keeps.

Additive: the version before holds its advisory lock and does not see the row.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticker_lease",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chained_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("name = 'ticker'", name=op.f("ck_ticker_lease_only_one")),
        sa.CheckConstraint("isfinite(until)", name=op.f("ck_ticker_lease_until_finite")),
        sa.CheckConstraint("isfinite(chained_at)", name=op.f("ck_ticker_lease_chained_at_finite")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_ticker_lease")),
    )
    op.execute("INSERT INTO ticker_lease VALUES ('ticker', '', 0, now(), NULL)")
    op.execute("GRANT SELECT, UPDATE ON ticker_lease TO helpdesk_ticker")
    op.execute("GRANT SELECT ON ticker_lease TO helpdesk_app")


def downgrade() -> None:
    # Nothing is lost: who ticks is decided anew within half a minute.
    op.drop_table("ticker_lease")
