"""Let the public pages see whether a partner may still be asked, and leave no case in no list.

A reporter's "not fixed" sent a request back to a partner that was in doubt or retired since: the
public pages' role could not see that it was. It now sees when and by whom a partner was vetted,
since when it is retired and what it takes; of people it sees no more than their ids, as before.

A case of the second lane that was paused or handed over was in none of its queue's lists. Whatever
of ours works on one takes it out of that lane now; those that were left there are taken out here.
"""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

RIGHTS = "SELECT (asks, retired_on, vetted_by, vetted_on) ON partners"
INTAKE = "helpdesk_intake"


def upgrade() -> None:
    op.execute(f"GRANT {RIGHTS} TO {INTAKE}")
    op.execute(
        "UPDATE cases SET in_slow_lane = false WHERE in_slow_lane AND state <> 'closed'"
        " AND (state = 'waiting' OR owner_id IS NOT NULL)"
    )


def downgrade() -> None:
    # Nothing is lost: a right holds no values, and a person works on those cases.
    op.execute(f"REVOKE {RIGHTS} FROM {INTAKE}")
