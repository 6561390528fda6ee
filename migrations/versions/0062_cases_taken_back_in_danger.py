"""Find the cases that were taken back after danger was told: they are on the board of everyone.

Additive.
"""

from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE INDEX ix_cases_danger_told ON cases (team_id) "
        "WHERE state = 'closed' AND rule = 'danger-told'"
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_cases_danger_told")
