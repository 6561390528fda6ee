"""A request about access rests on nothing once another playbook finds out that it is not theirs.

Each playbook of a case has its own word on whose account it is. What was confirmed in one stands
only until one of the others is told that it was not so. Additive.
"""

from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None

STILL_HOLDS = """
CREATE OR REPLACE FUNCTION request_still_holds(request text) RETURNS boolean LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*) = 2 FROM (
        SELECT DISTINCT ON (facts.name)
            facts.case_id, facts.name, facts.value, facts.set_at, escalations.ask
            FROM public.facts JOIN public.escalations ON escalations.case_id = facts.case_id
            WHERE escalations.id = request AND facts.playbook IN ('', escalations.playbook)
            ORDER BY facts.name, facts.playbook DESC
        ) AS known WHERE (known.name = 'vetted' AND known.value IN ('confirmed', 'known'))
            OR (known.name = 'owner_confirmed' AND known.value = 'confirmed'{since})
$$
"""
NOT_REFUSED_SINCE = """
                AND NOT (known.ask IN ('restore', 'lock', 'review') AND EXISTS (
                    SELECT FROM public.facts AS other WHERE other.case_id = known.case_id
                        AND other.name = 'owner_confirmed' AND other.value = 'refused'
                        AND other.set_at > known.set_at))"""


def upgrade() -> None:
    op.execute(STILL_HOLDS.format(since=NOT_REFUSED_SINCE))


def downgrade() -> None:
    # Nothing is lost: functions hold no values.
    op.execute(STILL_HOLDS.format(since=""))
