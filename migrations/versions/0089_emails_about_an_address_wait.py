"""Keep until when emails about an address wait, and let no pages write what is counted of them.

So many leave because of one owner in a day; then the worker puts the next off, and the page says
until when. What left is counted in history, and what a server refused is taken back there: the
staff's pages, which may write other entries by the name of the system, write neither. Additive: the
version before ends what is over the bound.
"""

import sqlalchemy as sa
from alembic import op

revision = "0089"
down_revision = "0088"
branch_labels = None
depends_on = None

TABLES = ("new_mailboxes", "new_partner_mailboxes")
COLUMN = "emails_wait_until"
COUNTED = "'sending.address_email', 'sending.address_email_refused'"


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column(COLUMN, sa.DateTime(timezone=True)))
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{COLUMN}_finite CHECK"
            f" (isfinite({COLUMN}) AND {COLUMN} >= '1900-01-01' AND {COLUMN} < '3000-01-01')"
        )
        op.execute(f"GRANT UPDATE ({COLUMN}) ON {table} TO helpdesk_worker, helpdesk_ticker")
    op.execute(
        "CREATE POLICY staff_counts_no_emails ON history AS RESTRICTIVE FOR INSERT TO helpdesk_app"
        f" WITH CHECK (action NOT IN ({COUNTED}))"
    )


def downgrade() -> None:
    # Nothing is lost: what is counted stays in history.
    op.execute("DROP POLICY staff_counts_no_emails ON history")
    for table in TABLES:
        op.drop_column(table, COLUMN)
