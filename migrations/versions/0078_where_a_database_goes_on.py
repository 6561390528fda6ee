"""Let a database that goes on from an earlier moment be another one, so that nothing is sent there.

A standby that was promoted, and a database recovered to a moment, lie in the same place, and may
lack less than a tick. Each begins a timeline of its own, which a crash does not. Additive.
"""

from alembic import op

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None

PLACE = "system_identifier || '/' || database.oid || '/' || 'sending'::regclass::oid"
TIMELINE = """ || '/' || CASE WHEN pg_is_in_recovery() THEN 'recovers'
        ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END"""
THIS_DATABASE = """
CREATE OR REPLACE FUNCTION this_database() RETURNS text LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT {said}
    FROM pg_control_system(), pg_database AS database WHERE datname = current_database()
$$
"""
LET_SEND = """
UPDATE sending SET database = this_database() FROM pg_control_system(), pg_database AS database
WHERE datname = current_database() AND sending.database = {said}
"""


def upgrade() -> None:
    op.execute(THIS_DATABASE.format(said=PLACE + TIMELINE))
    op.execute(LET_SEND.format(said=PLACE))
    # Where it cannot be answered nothing would ever be sent: better known now.
    op.execute("SELECT this_database()")


def downgrade() -> None:
    # Nothing is lost: where a database goes on is found out each time.
    op.execute(THIS_DATABASE.format(said=PLACE))
    op.execute(LET_SEND.format(said=PLACE + TIMELINE))
