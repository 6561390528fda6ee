"""Let no worker, ticker or partner desk move a request that is over, or that nobody has approved.

A packet stays sealed to the partner in its row after we have withdrawn it. Whoever had the role of
a worker could say that it lies before the partner again, whose people then opened what had never
left. Additive: the version before moves none of these.
"""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

# It runs with the rights of who changes the row, so that it sees who that is.
STAYS = """
CREATE FUNCTION request_stays_over() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_user IN ('helpdesk_worker', 'helpdesk_ticker', 'helpdesk_partner') THEN
        RAISE EXCEPTION 'a request that % is moved by us or its reporter',
            CASE WHEN OLD.state = 'draft' THEN 'is not approved' ELSE 'is over' END
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER request_stays_over BEFORE UPDATE OF state ON escalations FOR EACH ROW
    WHEN (OLD.state IN ('draft', 'closed', 'withdrawn') AND NEW.state <> OLD.state)
    EXECUTE FUNCTION request_stays_over();
"""


def upgrade() -> None:
    op.execute(STAYS)


def downgrade() -> None:
    # Nothing is lost: a function and a trigger hold no values.
    op.execute("DROP FUNCTION request_stays_over() CASCADE")
