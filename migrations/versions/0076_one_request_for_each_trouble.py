"""One unfinished request for one thing, of each playbook that a request tells of.

A case about a fake page and a home address asks the same partner to remove both, each with a
request of its own. What stands is only freer than it was.
"""

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None

NAME, TABLE = "uq_escalations_unfinished", "escalations"
UNFINISHED = "state NOT IN ('closed', 'withdrawn')"
# A second one that is not over, of another playbook, has no place in the index of before.
SECOND = f"""{UNFINISHED} AND EXISTS (
    SELECT FROM escalations AS first WHERE first.{UNFINISHED} AND first.id < escalations.id
        AND first.case_id = escalations.case_id AND first.ask = escalations.ask
        AND first.partner_id = escalations.partner_id)"""


def upgrade() -> None:
    _index("case_id", "partner_id", "ask", "playbook")


def downgrade() -> None:
    refuse_to_lose(
        "second requests for the same thing about another playbook’s problem",
        table=TABLE,
        where=SECOND,
    )
    _index("case_id", "partner_id", "ask")


def _index(*columns: str) -> None:
    op.drop_index(NAME, table_name=TABLE)
    op.create_index(NAME, TABLE, columns, unique=True, postgresql_where=sa.text(UNFINISHED))
