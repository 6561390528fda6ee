"""Release, at each tick, open cases that are still with somebody who has left.

Whoever is let go waits for no case that a door holds, or whoever has a door's role would keep them
here. So such a case may be opened again at the very moment, or in a transaction whose check came
before, and would be with nobody who works. Additive: the version before does not call it.
"""

# ruff: noqa: S608 - every word of every statement is written here

from alembic import op

revision = "0091"
down_revision = "0090"
branch_labels = None
depends_on = None

FUNCTION = "release_cases_left_behind()"
RELEASE = f"""
CREATE FUNCTION {FUNCTION} RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH behind AS MATERIALIZED (
        SELECT cases.id FROM public.cases JOIN public.people ON people.id = cases.owner_id
        WHERE cases.state <> 'closed' AND (people.disabled_at IS NOT NULL OR people.key_id IS NULL
            OR NOT EXISTS (SELECT FROM public.memberships WHERE memberships.person_id = people.id
                AND memberships.team_id = cases.team_id))
        LIMIT 1000 FOR UPDATE OF cases SKIP LOCKED),
    released AS (
        UPDATE public.cases SET owner_id = NULL FROM behind WHERE cases.id = behind.id
        RETURNING cases.id)
    INSERT INTO public.history (at, actor_id, action, subject_type, subject_id, case_id, details)
        SELECT date_bin('5 minutes', clock_timestamp(), '2000-01-01'), 'system', 'case.released',
            'cases', id, id, '{{"because": "left"}}' FROM released
$$
"""


def upgrade() -> None:
    op.execute(RELEASE)
    op.execute(f"REVOKE EXECUTE ON FUNCTION {FUNCTION} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTION} TO helpdesk_ticker")


def downgrade() -> None:
    # Nothing is lost: functions hold no values.
    op.execute(f"DROP FUNCTION {FUNCTION}")
