"""Let the message of “Someone is in danger now” be marked as one that the mailbox does not show.

It bears something for the reporter, which no other message of theirs does: whoever sits beside them
and knows that they wrote nothing does not read in the mailbox that they did. Additive.
"""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

RULE = """is_from_reporter AND for_reporter IS NOT NULL AND answers IS NOT NULL
    AND author = 'reporter:' || case_id AND is_this_hour(sent_at)
    AND case_id = (SELECT visitor_case())"""


def upgrade() -> None:
    added = (
        "CREATE POLICY door_adds_of_danger ON messages FOR INSERT TO helpdesk_intake "
        f"WITH CHECK ({RULE})"
    )
    op.execute(sa.text(added.replace(":", r"\:")))


def downgrade() -> None:
    # Nothing is lost: what was written stays, and the mailbox shows that it was.
    op.execute("DROP POLICY door_adds_of_danger ON messages")
