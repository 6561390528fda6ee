"""Let the outbox itself say that it has work.

Until now the pages rang Redis after their commit, and so the public pages knew where Redis is. Now
the database tells whoever listens, with the commit of the promise; that is the ticker. A
notification holds the name of a queue. Additive: the version before goes on ringing for itself.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE FUNCTION outbox_says_it_has_work() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('helpdesk_outbox', NEW.queue);
  RETURN NULL;
END
$$
"""
TRIGGER = """
CREATE TRIGGER says_it_has_work AFTER INSERT OR UPDATE OF due_at ON outbox
FOR EACH ROW WHEN (NEW.standing = 'waiting' AND NEW.due_at <= clock_timestamp())
EXECUTE FUNCTION outbox_says_it_has_work()
"""


def upgrade() -> None:
    op.execute(FUNCTION)
    op.execute(TRIGGER)


def downgrade() -> None:
    op.execute("DROP TRIGGER says_it_has_work ON outbox")
    op.execute("DROP FUNCTION outbox_says_it_has_work()")
