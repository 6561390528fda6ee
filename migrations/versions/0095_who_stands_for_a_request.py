"""What a request rests on, found out again by who approved or read it: no second person either.

Who wrote a request does not say alone again what a colleague took back (0087). Nor does who let it
be sent, or read it afterwards: they were its second person, and nobody without a part has looked at
what they found out since. One function says who they are, for pages and whoever sends alike.
Additive.
"""

from alembic import op

revision = "0095"
down_revision = "0094"
branch_labels = None
depends_on = None

WHO = """
CREATE FUNCTION people_behind_request(request text) RETURNS SETOF text LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT person FROM public.escalations,
        LATERAL (VALUES (drafted_by), (approved_by), (second_reader)) AS each (person)
        WHERE escalations.id = request AND person IS NOT NULL
    UNION
    SELECT actor FROM public.contributions WHERE subject_id = request AND part = 'words'
$$
"""
STILL_HOLDS = """
CREATE OR REPLACE FUNCTION request_still_holds(request text) RETURNS boolean LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*) = 2 FROM (
        SELECT DISTINCT ON (facts.name) facts.name, facts.value, facts.set_by,
            escalations.drafted_by, escalations.ask IN ('restore', 'lock', 'review')
                AND coalesce(facts.set_at > escalations.approved_at, false) AS is_new
            FROM public.facts JOIN public.escalations ON escalations.case_id = facts.case_id
            WHERE escalations.id = request AND facts.playbook IN ('', escalations.playbook)
            ORDER BY facts.name, facts.playbook DESC
        ) AS known WHERE ((known.name = 'vetted' AND known.value IN ('confirmed', 'known'))
            OR (known.name = 'owner_confirmed' AND known.value = 'confirmed'
                AND NOT public.is_owner_refused_since(request)))
            AND NOT (known.is_new AND {again})
$$
"""
BY_WHO_STANDS_FOR_IT = "known.set_by IN (SELECT public.people_behind_request(request))"
BY_ITS_WRITERS = """(known.set_by = known.drafted_by OR EXISTS (
                SELECT FROM public.contributions WHERE contributions.subject_id = request
                    AND contributions.part = 'words' AND contributions.actor = known.set_by))"""


def upgrade() -> None:
    op.execute(WHO)
    op.execute("REVOKE ALL ON FUNCTION people_behind_request(text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION people_behind_request(text) TO helpdesk_app")
    op.execute(STILL_HOLDS.format(again=BY_WHO_STANDS_FOR_IT))


def downgrade() -> None:
    # Nothing is lost: functions hold no values.
    op.execute(STILL_HOLDS.format(again=BY_ITS_WRITERS))
    op.execute("DROP FUNCTION people_behind_request(text)")
