"""Let answers in the mailbox raise the case whose mailbox is open.

About more than three kinds of trouble, or about one that a colleague added, the mailbox asks what
makes a case urgent; the public pages could write the answers, and nothing came of them. They may
raise their own case now, never lower one. Additive.
"""

# ruff: noqa: S608 - every word of every statement is written here

import sqlalchemy as sa
from alembic import op

revision = "0083"
down_revision = "0082"
branch_labels = None
depends_on = None

INTAKE, DOORS = "helpdesk_intake", "helpdesk_intake, helpdesk_app"
# `triage.models.ANSWERED_LATER` and, for IMMEDIATE, 0.
RULE = "answered-later"
RAISE = f"""
CREATE FUNCTION raise_own_level_to(wanted smallint) RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE public.cases SET level = wanted, rule = '{RULE}',
        in_slow_lane = in_slow_lane AND wanted > 0
    WHERE id = public.visitor_case() AND state <> 'closed' AND wanted >= 0 AND wanted < level
$$
"""
OWN = "'reporter:' || case_id"
THEIRS = "(SELECT visitor_case())"
ADDS = {
    "history": f"""is_this_hour(at) AND actor_id = {OWN} AND case_id = {THEIRS}
        AND subject_type = 'cases' AND subject_id = case_id
        AND action = 'case.raised_by_answers'""",
    "evaluations": f"""is_this_hour(at) AND by = {OWN} AND case_id = {THEIRS}
        AND rule = '{RULE}'""",
}


def upgrade() -> None:
    op.execute(RAISE)
    op.execute("REVOKE EXECUTE ON FUNCTION raise_own_level_to(smallint) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION raise_own_level_to(smallint) TO {DOORS}")
    for table, rule in ADDS.items():
        added = (
            f"CREATE POLICY door_adds_of_answers ON {table} FOR INSERT TO {INTAKE} "
            f"WITH CHECK ({rule})"
        )
        op.execute(sa.text(added.replace(":", r"\:")))


def downgrade() -> None:
    # Nothing is lost: a level that was raised stays raised.
    for table in ADDS:
        op.execute(f"DROP POLICY door_adds_of_answers ON {table}")
    op.execute("DROP FUNCTION raise_own_level_to(smallint)")
