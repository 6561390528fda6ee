"""Let the public pages ask whether alarms leave the house at this moment.

Who presses “Someone is in danger now” is told that people are called, and only while it is true:
not in a database that was restored and is held, nor where no ticker has ticked for five minutes.
Additive.
"""

from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

# One that has never ticked is new: nothing was promised in it yet. One just released ticks soon.
SENDING = """
CREATE FUNCTION is_sending() RETURNS boolean LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT held_since IS NULL AND database IN ('', public.this_database())
        AND (house = '' OR abs(extract(epoch FROM now() - coalesce(ticked_at, awake_since))) < 300)
    FROM public.sending
$$
"""


def upgrade() -> None:
    op.execute(SENDING)
    op.execute("REVOKE ALL ON FUNCTION is_sending() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION is_sending() TO helpdesk_intake")


def downgrade() -> None:
    # Nothing is lost: it keeps nothing.
    op.execute("DROP FUNCTION is_sending()")
