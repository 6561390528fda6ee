"""No open case is left with somebody who cannot work on it: the database refuses what would do so.

The operations hand cases on before they let anybody go. These triggers are what holds if one of
them forgets. A case that is opened again and was kept by somebody who has left is nobody's.

Open cases that are with such a person today go back to their queue, each with its line in history.
Safe while the version before is running: it is refused where it would have left a case behind.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

GONE = "people.disabled_at IS NOT NULL OR people.key_id IS NULL"
HOLDS = """SELECT FROM keys JOIN key_copies ON key_copies.key_id = keys.id
    WHERE keys.owner_id = {team} AND keys.kind = 'team' AND key_copies.holder_id = {key}"""

# Locked, so that who is being let go at this moment is waited for and then seen.
CAN_WORK = f"""
CREATE FUNCTION can_work_in(who text, team text) RETURNS boolean LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM people WHERE id = who AND NOT ({GONE}) FOR KEY SHARE;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM FROM memberships WHERE person_id = who AND team_id = team FOR KEY SHARE;
    IF NOT FOUND THEN RETURN false; END IF;
    RETURN EXISTS ({HOLDS.format(team="team", key="(SELECT key_id FROM people WHERE id = who)")});
END $$
"""  # noqa: S608 - words of ours
OWNER = """
CREATE FUNCTION owner_can_work() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.owner_id IS NULL OR NEW.status = 'closed' THEN RETURN NEW; END IF;
    IF NEW.owner_id IS DISTINCT FROM OLD.owner_id THEN
        IF NOT can_work_in(NEW.owner_id, NEW.team_id) THEN
            RAISE check_violation USING MESSAGE = 'nobody has a case that they cannot work on';
        END IF;
    ELSIF OLD.status = 'closed' AND NOT can_work_in(NEW.owner_id, NEW.team_id) THEN
        NEW.owner_id := NULL;
    END IF;
    RETURN NEW;
END $$
"""
LEAVING = """
CREATE FUNCTION leaves_no_case() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM cases WHERE status <> 'closed' AND owner_id = {owner} {and_team}) THEN
        RAISE check_violation USING MESSAGE = 'who leaves has open cases';
    END IF;
    RETURN NULL;
END $$
"""
TRIGGERS = (
    """CREATE TRIGGER owner_can_work BEFORE UPDATE OF owner_id, status ON cases
    FOR EACH ROW EXECUTE FUNCTION owner_can_work()""",
    """CREATE TRIGGER leaves_no_case AFTER UPDATE OF disabled_at, key_id ON people FOR EACH ROW
    WHEN (NEW.disabled_at IS NOT NULL OR NEW.key_id IS NULL)
    EXECUTE FUNCTION person_leaves_no_case()""",
    """CREATE TRIGGER leaves_no_case AFTER DELETE ON memberships
    FOR EACH ROW EXECUTE FUNCTION member_leaves_no_case()""",
)
LEAVING_OF = {
    "person_leaves_no_case": ("NEW.id", ""),
    "member_leaves_no_case": ("OLD.person_id", "AND team_id = OLD.team_id"),
}
LEFT_BEHIND = f"""
WITH lost AS (
    UPDATE cases SET owner_id = NULL FROM people
    WHERE people.id = cases.owner_id AND cases.status <> 'closed' AND ({GONE}
        OR NOT EXISTS (SELECT FROM memberships
            WHERE person_id = people.id AND memberships.team_id = cases.team_id)
        OR NOT EXISTS ({HOLDS.format(team="cases.team_id", key="people.key_id")}))
    RETURNING cases.id)
INSERT INTO history (at, actor_id, action, subject_type, subject_id, case_id, details)
SELECT now(), 'system', 'case.released', 'cases', id, id, '{{"because": "left"}}'::jsonb FROM lost
"""  # noqa: S608 - words of ours


def upgrade() -> None:
    op.execute(LEFT_BEHIND)
    op.execute(CAN_WORK)
    op.execute(OWNER)
    for name, (owner, and_team) in LEAVING_OF.items():
        words = LEAVING.replace("leaves_no_case", name)
        op.execute(words.format(owner=owner, and_team=and_team))
    for function in (
        "can_work_in(text, text)",
        "owner_can_work()",
        *(f"{n}()" for n in LEAVING_OF),
    ):
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
    for trigger in TRIGGERS:
        op.execute(trigger)


def downgrade() -> None:
    # Nothing is lost: the cases that went back to their queue stay there.
    op.execute("DROP TRIGGER leaves_no_case ON memberships")
    op.execute("DROP TRIGGER leaves_no_case ON people")
    op.execute("DROP TRIGGER owner_can_work ON cases")
    for name in LEAVING_OF:
        op.execute(f"DROP FUNCTION {name}()")
    op.execute("DROP FUNCTION owner_can_work()")
    op.execute("DROP FUNCTION can_work_in(text, text)")
