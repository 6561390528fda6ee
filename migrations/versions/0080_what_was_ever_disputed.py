"""Find conversations that a reporter ever disputed by the index of those.

The board looks for what only its recorder has answered, and that is among the answered ones, too.
Additive: the version before finds its own by the same index.
"""

from alembic import op

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None

NAME = "ix_conversations_disputed"


def upgrade() -> None:
    _index_those("objected_at IS NOT NULL")


def downgrade() -> None:
    # Nothing is lost: an index holds nothing of its own.
    _index_those("objected_at IS NOT NULL AND settled_at IS NULL")


def _index_those(condition: str) -> None:
    op.execute(f"DROP INDEX {NAME}")
    op.execute(f"CREATE INDEX {NAME} ON conversations (case_id) WHERE {condition}")
