"""When a step comes back that was recorded as not over. Additive: what stands there is over."""

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # the role of the staff's pages has the whole table already; no other role may see it
    op.add_column("step_records", sa.Column("back_at", sa.DateTime(timezone=True)))
    op.execute(
        "ALTER TABLE step_records ADD CONSTRAINT ck_step_records_back_at_finite "
        "CHECK (isfinite(back_at))"
    )
    op.create_index(
        "ix_step_records_back_at",
        "step_records",
        ["back_at"],
        postgresql_where=sa.text("back_at IS NOT NULL"),
    )


def downgrade() -> None:
    refuse_to_lose(
        "days on which steps come back", table="step_records", where="back_at IS NOT NULL"
    )
    op.drop_index("ix_step_records_back_at", table_name="step_records")
    op.drop_column("step_records", "back_at")
