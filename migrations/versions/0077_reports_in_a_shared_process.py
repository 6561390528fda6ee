"""Let a process that serves public and staff's pages keep what the report form keeps.

It has the role of the staff's. Each step of the form was an error there. Additive.
"""

from alembic import op

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None

KEEPS = "EXECUTE ON FUNCTION keep_press(text, timestamptz, bytea)"


def upgrade() -> None:
    op.execute(f"GRANT {KEEPS} TO helpdesk_app")


def downgrade() -> None:
    # Nothing is lost: rights hold no values.
    op.execute(f"REVOKE {KEEPS} FROM helpdesk_app")
