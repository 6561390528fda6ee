"""Keep with what steps found out and wrote down which playbook did, and of which one a request
tells.

One name means another thing in another playbook, so from now on each has a value of its own. What
is there already is its playbook's whose step was recorded by the same person in the same moment,
and in a case with one playbook that one's; what is left stays known to every playbook of its case,
as it was. Additive: the version before writes what is of no playbook.
"""

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None

# A step of a fragment has a dot in its name: what it finds out is about the person, in all of them.
BY_RECORD = """
UPDATE {table} SET playbook = found.playbook FROM (
    SELECT {table}.id, min(playbook_editions.playbook) AS playbook FROM {table}
        JOIN step_records ON step_records.case_id = {table}.case_id
            AND step_records.at = {table}.{at} AND step_records.by = {table}.{by}
            AND strpos(step_records.step, '.') = 0
        JOIN playbook_runs ON playbook_runs.id = step_records.run_id
        JOIN playbook_editions USING (content_hash)
    GROUP BY {table}.id HAVING count(DISTINCT playbook_editions.playbook) = 1
) AS found WHERE found.id = {table}.id
"""
ALONE = """
UPDATE {table} SET playbook = alone.playbook FROM (
    SELECT playbook_runs.case_id, min(playbook_editions.playbook) AS playbook FROM playbook_runs
        JOIN playbook_editions USING (content_hash)
    GROUP BY playbook_runs.case_id HAVING count(DISTINCT playbook_editions.playbook) = 1
) AS alone WHERE alone.case_id = {table}.case_id AND {table}.playbook = '' AND {which}
"""
OF_A_TROUBLE = "facts.name IN ('owner_confirmed', 'public_form', 'public_form_ref')"
# What a request from before stood on: ownership as it was known of the case.
BY_OWNERSHIP = """
UPDATE escalations SET playbook = facts.playbook FROM facts
    WHERE facts.case_id = escalations.case_id AND facts.name = 'owner_confirmed'
"""
STILL_HOLDS = """
CREATE OR REPLACE FUNCTION request_still_holds(request text) RETURNS boolean LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    {body}
$$
"""
OF_ITS_PLAYBOOK = """SELECT count(*) = 2 FROM (
        SELECT DISTINCT ON (facts.name) facts.name, facts.value FROM public.facts
            JOIN public.escalations ON escalations.case_id = facts.case_id
            WHERE escalations.id = request AND facts.playbook IN ('', escalations.playbook)
            ORDER BY facts.name, facts.playbook DESC
        ) AS known WHERE (known.name = 'vetted' AND known.value IN ('confirmed', 'known'))
            OR (known.name = 'owner_confirmed' AND known.value = 'confirmed')"""
OF_THE_CASE = """SELECT count(*) = 2 FROM public.facts
        JOIN public.escalations ON escalations.case_id = facts.case_id
        WHERE escalations.id = request AND (
            (facts.name = 'vetted' AND facts.value IN ('confirmed', 'known'))
            OR (facts.name = 'owner_confirmed' AND facts.value = 'confirmed'))"""
NAMED = {"evidence": "kind", "facts": "name"}


def upgrade() -> None:
    for table in (*NAMED, "escalations"):
        op.add_column(
            table, sa.Column("playbook", sa.String(40), nullable=False, server_default="")
        )
    for table, name in NAMED.items():
        op.drop_constraint(f"uq_{table}_case_id_{name}", table)
        op.create_unique_constraint(
            f"uq_{table}_case_id_playbook_{name}", table, ["case_id", "playbook", name]
        )
    op.execute(BY_RECORD.format(table="evidence", at="taken_at", by="taken_by"))
    op.execute(BY_RECORD.format(table="facts", at="set_at", by="set_by"))
    op.execute(ALONE.format(table="evidence", which="true"))
    op.execute(ALONE.format(table="facts", which=OF_A_TROUBLE))
    op.execute(BY_OWNERSHIP)
    op.execute(ALONE.format(table="escalations", which="true"))
    op.execute(STILL_HOLDS.format(body=OF_ITS_PLAYBOOK))


def downgrade() -> None:
    # Where there is one of a name, the case knows it without its playbook, as it did.
    for table, name in NAMED.items():
        refuse_to_lose(
            "what several playbooks of one case recorded apart",
            table=table,
            where=f"(case_id, {name}) IN (SELECT case_id, {name} FROM {table} "  # noqa: S608
            f"GROUP BY case_id, {name} HAVING count(*) > 1)",
        )
    op.execute(STILL_HOLDS.format(body=OF_THE_CASE))
    for table, name in NAMED.items():
        op.drop_constraint(f"uq_{table}_case_id_playbook_{name}", table)
        op.create_unique_constraint(f"uq_{table}_case_id_{name}", table, ["case_id", name])
    for table in (*NAMED, "escalations"):
        op.drop_column(table, "playbook")
