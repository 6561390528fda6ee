"""Note beside a request that ownership of another account is confirmed by now.

Of which account that was is sealed, so a worker could not see that such a request is ours to move,
and put the case to rest when another request of it arrived. Whoever finds it out notes it now. What
was found out before is noted with the next step about it. Additive.
"""

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0097"
down_revision = "0096"
branch_labels = None
depends_on = None

TABLE, NOTED = "escalations", "is_about_another_account"


def upgrade() -> None:
    op.add_column(
        TABLE, sa.Column(NOTED, sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )


def downgrade() -> None:
    refuse_to_lose("notes that a request is about another account", table=TABLE, where=NOTED)
    op.drop_column(TABLE, NOTED)
