"""Let no case that is opened again at a door, or by a job, keep its owner's row from others.

Whoever held the public pages' role closed and opened again its own invented case, which a colleague
had taken, and left that transaction open: then they could not sign in, and not be taken out of a
queue. Only the staff's pages hold that row now. What the others open again is looked at once more
as it is committed, so that no open case stays with who has left meanwhile. Additive.
"""

# ruff: noqa: S608 - every word of every statement is written here

from alembic import op

revision = "0084"
down_revision = "0083"
branch_labels = None
depends_on = None

AS_OWNER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
OTHERS = "'helpdesk_intake', 'helpdesk_partner', 'helpdesk_worker', 'helpdesk_ticker'"
GONE = "people.disabled_at IS NOT NULL OR people.key_id IS NULL"
HOLDS = """SELECT FROM keys JOIN key_copies ON key_copies.key_id = keys.id
    WHERE keys.owner_id = team AND keys.kind = 'team'
    AND key_copies.holder_id = (SELECT key_id FROM people WHERE id = who)"""
# Whoever connected: inside a function of the owner, the current user is the owner.
CAN_WORK = f"""
CREATE OR REPLACE FUNCTION can_work_in(who text, team text) RETURNS boolean LANGUAGE plpgsql
    {AS_OWNER} AS $$
BEGIN
    IF session_user NOT IN ({OTHERS}) THEN
        -- Locked, so that who is being let go at this moment is waited for and then seen.
        PERFORM FROM people WHERE id = who FOR KEY SHARE;
        PERFORM FROM memberships WHERE person_id = who AND team_id = team FOR KEY SHARE;
    END IF;
    RETURN EXISTS (SELECT FROM people WHERE id = who AND NOT ({GONE}))
        AND EXISTS (SELECT FROM memberships WHERE person_id = who AND team_id = team)
        AND EXISTS ({HOLDS});
END $$
"""
CAN_WORK_OF_BEFORE = f"""
CREATE OR REPLACE FUNCTION can_work_in(who text, team text) RETURNS boolean LANGUAGE plpgsql
    {AS_OWNER} AS $$
BEGIN
    PERFORM FROM people WHERE id = who AND NOT ({GONE}) FOR KEY SHARE;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM FROM memberships WHERE person_id = who AND team_id = team FOR KEY SHARE;
    IF NOT FOUND THEN RETURN false; END IF;
    RETURN EXISTS ({HOLDS});
END $$
"""
STILL = f"""
CREATE FUNCTION owner_can_still_work() RETURNS trigger LANGUAGE plpgsql {AS_OWNER} AS $$
BEGIN
    IF session_user IN ({OTHERS}) AND NOT can_work_in(NEW.owner_id, NEW.team_id) THEN
        UPDATE cases SET owner_id = NULL WHERE id = NEW.id AND owner_id = NEW.owner_id;
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute(CAN_WORK)
    op.execute(STILL)
    op.execute("REVOKE EXECUTE ON FUNCTION owner_can_still_work() FROM PUBLIC")
    op.execute(
        "CREATE CONSTRAINT TRIGGER owner_can_still_work AFTER UPDATE OF state ON cases"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
        " WHEN (OLD.state = 'closed' AND NEW.state <> 'closed' AND NEW.owner_id IS NOT NULL)"
        " EXECUTE FUNCTION owner_can_still_work()"
    )


def downgrade() -> None:
    # Nothing is lost: functions and triggers hold no values.
    op.execute("DROP TRIGGER owner_can_still_work ON cases")
    op.execute("DROP FUNCTION owner_can_still_work()")
    op.execute(CAN_WORK_OF_BEFORE)
