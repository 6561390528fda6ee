"""Let who carries a request, and who opens it, ask whether what it rests on still holds.

Who asks and whose account it is were looked at when a request was approved, and it may wait for
hours after that. The roles that carry it read no facts, and need not: they are told yes or no.
Additive: the version before asks nothing.
"""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

STILL_HOLDS = """
CREATE FUNCTION request_still_holds(request text) RETURNS boolean LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*) = 2 FROM public.facts
        JOIN public.escalations ON escalations.case_id = facts.case_id
        WHERE escalations.id = request AND (
            (facts.name = 'vetted' AND facts.value IN ('confirmed', 'known'))
            OR (facts.name = 'owner_confirmed' AND facts.value = 'confirmed'))
$$
"""
WHO = "helpdesk_app, helpdesk_worker, helpdesk_ticker, helpdesk_partner"


def upgrade() -> None:
    op.execute(STILL_HOLDS)
    op.execute("REVOKE ALL ON FUNCTION request_still_holds(text) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION request_still_holds(text) TO {WHO}")


def downgrade() -> None:
    # Nothing is lost: a function holds no values.
    op.execute("DROP FUNCTION request_still_holds(text)")
