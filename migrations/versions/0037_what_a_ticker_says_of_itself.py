"""Bound what the ticker's role writes about who ticks, and about which house this is.

Who had that role once could take the lease until the year 2999, or give it a number beyond which no
other comes, and no ticker ticked again; and it could let a backup that was held speak for the
house, which is an operator's to do. Now a lease is for a minute at most and its number goes up by
one, a house that is held stays so, and what it is called is written once. Additive.
"""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

# Each runs with the rights of who changes the row, so that it sees who that is.
LEASE = """
CREATE FUNCTION lease_is_short() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.until > clock_timestamp() + interval '1 minute'
        OR NEW.fence NOT IN (OLD.fence, OLD.fence + 1)
    THEN
        RAISE EXCEPTION 'a ticker ticks for a minute at most, under the next number'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER lease_is_short BEFORE UPDATE ON ticker_lease FOR EACH ROW
    WHEN (current_user = 'helpdesk_ticker') EXECUTE FUNCTION lease_is_short();
"""
SENDING = """
CREATE FUNCTION house_is_released_by_operators() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.held_since IS NOT NULL AND (NEW.held_since, NEW.held_because)
            IS DISTINCT FROM (OLD.held_since, OLD.held_because)
        OR OLD.house <> '' AND NEW.house <> OLD.house
        OR OLD.database <> '' AND NEW.database <> OLD.database
        OR OLD.awake_since IS NOT NULL AND NEW.awake_since IS DISTINCT FROM OLD.awake_since
        OR NEW.ticks NOT IN (OLD.ticks, OLD.ticks + 1)
    THEN
        RAISE EXCEPTION 'an operator releases a house' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER house_is_released_by_operators BEFORE UPDATE ON sending FOR EACH ROW
    WHEN (current_user = 'helpdesk_ticker') EXECUTE FUNCTION house_is_released_by_operators();
"""


def upgrade() -> None:
    op.execute(LEASE)
    op.execute(SENDING)


def downgrade() -> None:
    # Nothing is lost: functions and triggers hold no values.
    op.execute("DROP FUNCTION house_is_released_by_operators() CASCADE")
    op.execute("DROP FUNCTION lease_is_short() CASCADE")
