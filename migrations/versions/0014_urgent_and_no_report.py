"""Wishes to close an urgent case as no report at all, for a second person to decide. Additive."""

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENTS = (("closing_requests", "asked_at"), ("closing_requests", "decided_at"))


def upgrade() -> None:
    op.create_table(
        "closing_requests",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=80)),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("granted", sa.Boolean()),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_closing_requests_case_id_cases"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing_requests")),
    )
    op.create_index(
        "uq_closing_requests_undecided",
        "closing_requests",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    for table, column in MOMENTS:
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{column}_finite "
            f"CHECK (isfinite({column}))"
        )
    op.execute("GRANT SELECT, INSERT, UPDATE ON closing_requests TO helpdesk_app")


def downgrade() -> None:
    refuse_to_lose("wishes to close a case", table="closing_requests")
    op.drop_table("closing_requests")
