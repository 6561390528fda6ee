"""Whether an account was found out not to be theirs since: of playbooks that ask about an account.

In some playbooks, who refuses says another thing: that they do not want help with a picture, may
not act for a site that was copied, or that a message does not fit. That stops no request about an
account that another playbook confirmed. One function asks, for pages and whoever carries alike.
Additive.
"""

from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None

# Playbooks in which “refused” is no word on whose an account is. Any other counts.
NOT_OF_AN_ACCOUNT = (
    "blocked-or-shutdown",
    "data-exposed",
    "fake-website",
    "intimate-images",
    "smear-campaign",
    "suspicious-message",
)
REFUSED_SINCE = f"""
CREATE FUNCTION is_owner_refused_since(request text) RETURNS boolean LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM (
            SELECT facts.case_id, facts.set_at
                FROM public.facts JOIN public.escalations ON escalations.case_id = facts.case_id
                WHERE escalations.id = request AND escalations.ask IN ('restore', 'lock', 'review')
                    AND facts.name = 'owner_confirmed'
                    AND facts.playbook IN ('', escalations.playbook)
                ORDER BY facts.playbook DESC LIMIT 1
            ) AS known JOIN public.facts AS other ON other.case_id = known.case_id
                AND other.name = 'owner_confirmed' AND other.value = 'refused'
                AND other.set_at > known.set_at
                AND other.playbook NOT IN {NOT_OF_AN_ACCOUNT})
$$
"""  # noqa: S608 - words of ours
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
                AND NOT public.is_owner_refused_since(request)"""
AS_BEFORE = """
                AND NOT (known.ask IN ('restore', 'lock', 'review') AND EXISTS (
                    SELECT FROM public.facts AS other WHERE other.case_id = known.case_id
                        AND other.name = 'owner_confirmed' AND other.value = 'refused'
                        AND other.set_at > known.set_at))"""


def upgrade() -> None:
    op.execute(REFUSED_SINCE)
    op.execute("REVOKE ALL ON FUNCTION is_owner_refused_since(text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION is_owner_refused_since(text) TO helpdesk_app")
    op.execute(STILL_HOLDS.format(since=NOT_REFUSED_SINCE))


def downgrade() -> None:
    # Nothing is lost: functions hold no values.
    op.execute(STILL_HOLDS.format(since=AS_BEFORE))
    op.execute("DROP FUNCTION is_owner_refused_since(text)")
