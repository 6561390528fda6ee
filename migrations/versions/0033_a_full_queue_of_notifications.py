"""Keep a promise also while the queue of notifications is full.

PostgreSQL has one such queue for everyone, and any role can fill it: it listens, sleeps in a
transaction, and sends. Then every commit that notifies fails, and each promise did. Now whoever
finds it half full tells nobody: the ticker looks for what is due by itself. Additive.
"""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE OR REPLACE FUNCTION outbox_says_it_has_work() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  {if_there_is_room}PERFORM pg_notify('helpdesk_outbox', NEW.queue);{end_if}
  RETURN NULL;
END
$$
"""


def upgrade() -> None:
    room = "IF pg_notification_queue_usage() < 0.5 THEN "
    op.execute(FUNCTION.format(if_there_is_room=room, end_if=" END IF;"))


def downgrade() -> None:
    # Nothing is lost: a function holds no values.
    op.execute(FUNCTION.format(if_there_is_room="", end_if=""))
