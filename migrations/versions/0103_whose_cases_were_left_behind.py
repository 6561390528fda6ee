"""Say of which queues the ticker released cases, so that those on duty there hear of them, and let
no foreign key keep it from one.

What a door held while its owner was let go went back to its queue at the next tick (0091), and
nobody was told. And whoever rests with a row that points at a case held it by its foreign key
alone: that hinders nobody who changes the owner (0092). Safe while the version before is running:
it does not look at what comes back.
"""

# ruff: noqa: S608 - every word of every statement is written here

from alembic import op

revision = "0103"
down_revision = "0102"
branch_labels = None
depends_on = None

FUNCTION = "release_cases_left_behind()"
RELEASE = f"""
CREATE FUNCTION {FUNCTION} RETURNS {{returns}} LANGUAGE sql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH behind AS MATERIALIZED (
        SELECT cases.id FROM public.cases JOIN public.people ON people.id = cases.owner_id
        WHERE cases.state <> 'closed' AND (people.disabled_at IS NOT NULL OR people.key_id IS NULL
            OR NOT EXISTS (SELECT FROM public.memberships WHERE memberships.person_id = people.id
                AND memberships.team_id = cases.team_id))
        LIMIT 1000 {{held}} OF cases SKIP LOCKED),
    released AS (
        UPDATE public.cases SET owner_id = NULL FROM behind WHERE cases.id = behind.id
        RETURNING cases.id, cases.team_id){{told}}
$$
"""
ENTER = """INSERT INTO public.history
        (at, actor_id, action, subject_type, subject_id, case_id, details)
        SELECT date_bin('5 minutes', clock_timestamp(), '2000-01-01'), 'system', 'case.released',
            'cases', id, id, '{"because": "left"}' FROM released"""


def upgrade() -> None:
    _release(
        returns="SETOF text",
        held="FOR NO KEY UPDATE",
        told=f",\n    entered AS ({ENTER})\n    SELECT DISTINCT team_id::text FROM released",
    )


def downgrade() -> None:
    # Nothing is lost: functions hold no values.
    _release(returns="void", held="FOR UPDATE", told=f"\n    {ENTER}")


def _release(**parts: str) -> None:
    op.execute(f"DROP FUNCTION {FUNCTION}")
    op.execute(RELEASE.format(**parts))
    op.execute(f"REVOKE EXECUTE ON FUNCTION {FUNCTION} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTION} TO helpdesk_ticker")
