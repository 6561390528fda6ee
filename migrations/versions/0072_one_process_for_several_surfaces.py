"""Let a process that serves public and staff's pages do what the public pages do.

It has the role of the staff's. “Someone is in danger now” and “This was not me” failed there.
Additive.
"""

from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("GRANT EXECUTE ON FUNCTION is_sending() TO helpdesk_app")
    op.execute("GRANT UPDATE (objected_at) ON conversations TO helpdesk_app")


def downgrade() -> None:
    # Nothing is lost: what was recorded stays.
    op.execute("REVOKE UPDATE (objected_at) ON conversations FROM helpdesk_app")
    op.execute("REVOKE EXECUTE ON FUNCTION is_sending() FROM helpdesk_app")
