"""Let a reporter say in the mailbox that someone is in danger now, which raises their case at once.

The public pages may change no level. They have a function for it, which knows one level, the
highest, and one case, that of the reporter whose mailbox is open; and their list of what they may
write into history and evaluations has that one thing more. Additive.
"""

# ruff: noqa: S608 - every word of every statement is written here

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

INTAKE = "helpdesk_intake"
# A process that serves public and staff's pages has the role of the staff's.
DOORS = f"{INTAKE}, helpdesk_app"
RULE = "danger-told"
# 0 is IMMEDIATE. It leaves the second lane too, of which people hear together and later.
RAISE = f"""
CREATE FUNCTION raise_own_level() RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE public.cases SET level = 0, rule = '{RULE}', in_slow_lane = false
    WHERE id = public.visitor_case() AND state <> 'closed'
$$
"""
OWN = "'reporter:' || case_id"
THEIRS = "(SELECT visitor_case())"
ADDS = {
    "history": f"""is_this_hour(at) AND actor_id = {OWN} AND case_id = {THEIRS}
        AND subject_type = 'cases' AND subject_id = case_id AND action = 'case.danger_told'""",
    "evaluations": f"""is_this_hour(at) AND by = {OWN} AND case_id = {THEIRS}
        AND level = 0 AND rule = '{RULE}'""",
}


def upgrade() -> None:
    op.execute(RAISE)
    op.execute("REVOKE EXECUTE ON FUNCTION raise_own_level() FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION raise_own_level() TO {DOORS}")
    for table, rule in ADDS.items():
        added = (
            f"CREATE POLICY door_adds_of_danger ON {table} FOR INSERT TO {INTAKE} "
            f"WITH CHECK ({rule})"
        )
        op.execute(sa.text(added.replace(":", r"\:")))


def downgrade() -> None:
    # Nothing is lost: a level that was raised stays raised.
    for table in ADDS:
        op.execute(f"DROP POLICY door_adds_of_danger ON {table}")
    op.execute("DROP FUNCTION raise_own_level()")
