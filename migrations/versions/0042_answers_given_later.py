"""Keep answers of the mailbox as answers, and what advice asks about for the return code.

What was answered in the mailbox came as a message alone, and a responder wrote it over by hand; and
the advice of the receipt was gone once its page was closed. Now a message of a reporter may bear
answers, sealed like its words, and a case keeps those choices that some line of advice asks about,
sealed to the return code: the public process can open them while their mailbox is open, and no one
else. Additive: cases from before show the advice that fits everyone with their kind of trouble.
"""

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

INTAKE = "helpdesk_intake"
# As long as what the reader of the report may answer.
LONGEST = 300_000


def upgrade() -> None:
    op.add_column("cases", sa.Column("for_advice", sa.LargeBinary()))
    op.add_column("messages", sa.Column("answers", sa.LargeBinary()))
    for table, column in (("cases", "for_advice"), ("messages", "answers")):
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{column}_bounded "
            f"CHECK (octet_length({column}) <= {LONGEST})"
        )
    op.execute(
        "ALTER TABLE messages ADD CONSTRAINT ck_messages_answers_are_theirs "
        "CHECK (answers IS NULL OR is_from_reporter)"
    )
    op.execute(f"GRANT UPDATE (for_advice) ON cases TO {INTAKE}")


def downgrade() -> None:
    refuse_to_lose("what reporters answered later", table="messages", where="answers IS NOT NULL")
    # What advice asks about is in the answers of the case, too.
    op.execute(f"REVOKE UPDATE (for_advice) ON cases FROM {INTAKE}")
    op.drop_column("messages", "answers")
    op.drop_column("cases", "for_advice")
