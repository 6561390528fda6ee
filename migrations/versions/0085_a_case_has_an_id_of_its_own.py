"""Let the public pages bring no case with the id of a request, and bound the turns of a clock.

Turns of clocks name what they are about by its id alone. Whoever had the role of the public pages
could bring a report with the id of somebody's request, and then write into the clocks of that: what
they said counted, and a million of them stopped the duty board. Additive.
"""

# ruff: noqa: S608 - every word of every statement is written here

from alembic import op

revision = "0085"
down_revision = "0084"
branch_labels = None
depends_on = None

AS_OWNER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
# Far more than people come to; each look at the duty board reads all of a request's.
MOST_TURNS = 2_000
OWN_ID = f"""
CREATE FUNCTION case_has_an_id_of_its_own() RETURNS trigger LANGUAGE plpgsql {AS_OWNER} AS $$
BEGIN
    IF EXISTS (SELECT FROM public.escalations WHERE id = NEW.id) THEN
        RAISE EXCEPTION 'a case has an id of its own' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""
BOUNDED = f"""
CREATE FUNCTION turns_are_bounded() RETURNS trigger LANGUAGE plpgsql {AS_OWNER} AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT subject_id FROM arrived) AS about,
        LATERAL (SELECT FROM public.clock_events WHERE subject_id = about.subject_id
            OFFSET {MOST_TURNS} LIMIT 1) AS too_many)
    THEN
        RAISE EXCEPTION 'the clocks of one thing have turned too often'
            USING ERRCODE = 'configuration_limit_exceeded';
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute(OWN_ID)
    op.execute("REVOKE EXECUTE ON FUNCTION case_has_an_id_of_its_own() FROM PUBLIC")
    op.execute(
        "CREATE TRIGGER cases_have_ids_of_their_own BEFORE INSERT ON cases FOR EACH ROW"
        " WHEN (current_user = 'helpdesk_intake') EXECUTE FUNCTION case_has_an_id_of_its_own()"
    )
    op.execute(BOUNDED)
    op.execute("REVOKE EXECUTE ON FUNCTION turns_are_bounded() FROM PUBLIC")
    op.execute(
        "CREATE TRIGGER clock_events_are_bounded AFTER INSERT ON clock_events"
        " REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT"
        " WHEN (current_user IN ('helpdesk_intake', 'helpdesk_partner'))"
        " EXECUTE FUNCTION turns_are_bounded()"
    )


def downgrade() -> None:
    # Nothing is lost: functions and triggers hold no values.
    op.execute("DROP FUNCTION turns_are_bounded() CASCADE")
    op.execute("DROP FUNCTION case_has_an_id_of_its_own() CASCADE")
