"""Say on a case since when an alarm about it has reached no one.

Additive, empty for what is there. The worker writes it when it has called; the public pages
neither read nor write it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("unheard_since", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_cases_unheard",
        "cases",
        ["team_id"],
        postgresql_where=sa.text("unheard_since IS NOT NULL"),
    )


def downgrade() -> None:
    # Nothing is lost: the next alarm finds out again whom it reaches.
    op.drop_index("ix_cases_unheard", "cases")
    op.drop_column("cases", "unheard_since")
