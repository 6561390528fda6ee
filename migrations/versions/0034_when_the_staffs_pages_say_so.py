"""Bound the time of what the staff's pages write into history, and in whose name.

The other processes had a list already. This one could date an entry to any day, and name anybody,
duly chained and signed. Now it is of this quarter of an hour (a reporter's, whose times are kept to
the hour, of this hour), and of somebody who is there. In the name of which of our people it writes
is its own word: no rule of a table knows who is signed in. Additive.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

RULE = """
is_just_now(at) AND (actor_id = 'system' OR actor_id LIKE 'shell:%'
    OR actor_id LIKE 'person:%'
    AND EXISTS (SELECT FROM people WHERE people.id = substr(actor_id, 8)))
OR is_this_hour(at) AND (actor_id = 'nobody' OR actor_id = 'reporter:' || case_id)
"""


def upgrade() -> None:
    _may_add(RULE)


def downgrade() -> None:
    # Nothing is lost: a right holds no values.
    _may_add("true")


def _may_add(rule: str) -> None:
    """No parameter is meant by a colon."""
    op.execute(sa.text(f"ALTER POLICY staff ON history WITH CHECK ({rule})".replace(":", r"\:")))
