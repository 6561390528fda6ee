"""An answer to what a partner asks about access waits for a second person, like the request did.

Additive: the version before sends answers at once and does not notice.
"""

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("escalations", sa.Column("reply", sa.LargeBinary(), nullable=True))
    op.add_column("escalations", sa.Column("reply_by", sa.String(80), nullable=True))
    op.add_column("escalations", sa.Column("reply_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "ALTER TABLE escalations ADD CONSTRAINT ck_escalations_reply_at_finite "
        "CHECK (isfinite(reply_at))"
    )


def downgrade() -> None:
    refuse_to_lose("answers that wait", table="escalations", where="reply IS NOT NULL")
    for column in ("reply_at", "reply_by", "reply"):
        op.drop_column("escalations", column)
