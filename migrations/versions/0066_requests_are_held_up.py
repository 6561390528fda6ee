"""Let the workers say that a request is held up while its partner is in doubt, and that it goes on.

Additive: the version before writes neither.
"""

from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE POLICY worker_adds_of_doubt ON history FOR INSERT "
        "TO helpdesk_worker, helpdesk_ticker WITH CHECK (actor_id = 'system' AND is_just_now(at) "
        "AND action IN ('escalation.held_up', 'escalation.goes_on') "
        "AND subject_type = 'escalations')"
    )


def downgrade() -> None:
    op.execute("DROP POLICY worker_adds_of_doubt ON history")
