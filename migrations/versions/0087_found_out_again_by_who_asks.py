"""What a request rests on, found out again by whoever wrote the request: that is no second person.

Who is asking and whose account it is were found out before two people let a request about access
to an account leave. Where a colleague has taken that back since, the writer alone does not say
again that it is so. Additive.
"""

from alembic import op

revision = "0087"
down_revision = "0086"
branch_labels = None
depends_on = None

STILL_HOLDS = """
CREATE OR REPLACE FUNCTION request_still_holds(request text) RETURNS boolean LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*) = 2 FROM (
        SELECT DISTINCT ON (facts.name) facts.name, facts.value{columns}
            FROM public.facts JOIN public.escalations ON escalations.case_id = facts.case_id
            WHERE escalations.id = request AND facts.playbook IN ('', escalations.playbook)
            ORDER BY facts.name, facts.playbook DESC
        ) AS known WHERE ((known.name = 'vetted' AND known.value IN ('confirmed', 'known'))
            OR (known.name = 'owner_confirmed' AND known.value = 'confirmed'
                AND NOT public.is_owner_refused_since(request))){writers}
$$
"""
COLUMNS = """,
            facts.set_by, escalations.drafted_by,
            escalations.ask IN ('restore', 'lock', 'review')
                AND coalesce(facts.set_at > escalations.approved_at, false) AS is_new"""
NOT_ITS_WRITERS = """
            AND NOT (known.is_new AND (known.set_by = known.drafted_by OR EXISTS (
                SELECT FROM public.contributions WHERE contributions.subject_id = request
                    AND contributions.part = 'words' AND contributions.actor = known.set_by)))"""


def upgrade() -> None:
    op.execute(STILL_HOLDS.format(columns=COLUMNS, writers=NOT_ITS_WRITERS))


def downgrade() -> None:
    # Nothing is lost: functions hold no values.
    op.execute(STILL_HOLDS.format(columns="", writers=""))
