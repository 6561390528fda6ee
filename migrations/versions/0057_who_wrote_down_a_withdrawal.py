"""Keep who of us wrote down that a reporter takes an agreement back.

Whoever phoned as the reporter could have a request taken back, and the mailbox showed an empty box
as if its owner had unticked it. It says now that one of us noted it, and on which day. Additive:
the version before writes none.
"""

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

RULE = "withdrawn_by IS NULL OR (starts_with(withdrawn_by, 'person') AND withdrawn_at IS NOT NULL)"


def upgrade() -> None:
    op.add_column("consents", sa.Column("withdrawn_by", sa.String(length=80)))
    op.execute(
        f"ALTER TABLE consents ADD CONSTRAINT ck_consents_withdrawn_by_one_of_us CHECK ({RULE})"
    )


def downgrade() -> None:
    refuse_to_lose(
        "who wrote down what reporters took back",
        table="consents",
        where="withdrawn_by IS NOT NULL",
    )
    op.drop_column("consents", "withdrawn_by")
