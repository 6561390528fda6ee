"""The public pages see when we wrote to who had said that it was not them we spoke with.

Until now the mailbox promised a word for ever, also after it was there. Additive.
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("GRANT SELECT (settled_at) ON conversations TO helpdesk_intake")


def downgrade() -> None:
    # Nothing is lost: a right holds no values.
    op.execute("REVOKE SELECT (settled_at) ON conversations FROM helpdesk_intake")
