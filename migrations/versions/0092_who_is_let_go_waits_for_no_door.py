"""Let nobody be kept here by an open case that a door holds: what is held is left to the ticker.

Whoever held the public pages' role wrote into its own invented cases, which a colleague had taken,
and left those transactions open: then the colleague could not be blocked. What somebody else holds
at that moment is passed by now, and released at the next tick (0091); what nobody holds is still
refused. Safe while the version before is running: it waits for each case as before.
"""

from alembic import op

revision = "0092"
down_revision = "0091"
branch_labels = None
depends_on = None

LEAVING_OF = {
    "person_leaves_no_case": "owner_id = NEW.id",
    "member_leaves_no_case": "owner_id = OLD.person_id AND team_id = OLD.team_id",
}
# No lock of a foreign key counts as held: those hinder nobody who changes the owner.
LEAVING = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM cases WHERE state <> 'closed' AND {theirs}
        LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
    IF FOUND THEN
        RAISE check_violation USING MESSAGE = 'who leaves has open cases';
    END IF;
    RETURN NULL;
END $$
"""
LEAVING_OF_BEFORE = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM cases WHERE state <> 'closed' AND {theirs}) THEN
        RAISE check_violation USING MESSAGE = 'who leaves has open cases';
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    for name, theirs in LEAVING_OF.items():
        op.execute(LEAVING.format(name=name, theirs=theirs))


def downgrade() -> None:
    # Nothing is lost: functions hold no values.
    for name, theirs in LEAVING_OF.items():
        op.execute(LEAVING_OF_BEFORE.format(name=name, theirs=theirs))
