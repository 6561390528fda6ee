"""A copy of the address for duty mail that opens with the person's own key. Additive.

The pages can seal an address for the worker that sends, and no longer open it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("email_for_self", sa.LargeBinary()))
    op.execute("GRANT UPDATE (email_for_self) ON people TO helpdesk_partner")


def downgrade() -> None:
    # Nothing is lost: the address itself stays, sealed for the worker that sends.
    op.drop_column("people", "email_for_self")
