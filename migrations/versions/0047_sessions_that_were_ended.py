"""Let the ticker write down that it ended a session of the database that held very many locks.

One connection of any role could fill the table of locks that all share, and nobody wrote anything
or connected any more. The ticker ends it, and the duty board says so. Additive.
"""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE POLICY ticker_ends_sessions ON history FOR INSERT TO helpdesk_ticker WITH CHECK"
        " (actor_id = 'system' AND is_just_now(at) AND action = 'database.session_ended'"
        " AND subject_type = 'roles' AND case_id IS NULL)"
    )


def downgrade() -> None:
    # Nothing is lost: a policy holds no values.
    op.execute("DROP POLICY ticker_ends_sessions ON history")
