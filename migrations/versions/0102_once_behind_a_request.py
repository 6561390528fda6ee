"""Whoever ever approved or read a request stays behind it, also once it is approved again.

`people_behind_request` (0095) read who approves it and who reads it now. Where somebody else
approved it again, or a later answer was sent on one person's word, who had done so before counted
as nobody, and could find out alone what a colleague had taken back. Approvals and second readings
are contributions of their own now; those that stand are carried over. Additive: the version before
writes neither, and whom its requests name still stands behind them.
"""

from alembic import op

from migrations.losses import refuse_to_lose

revision = "0102"
down_revision = "0101"
branch_labels = None
depends_on = None

PARTS = ["words", "evidence", "fact", "level", "waiver", "sent_alone"]
SECOND_PERSONS = ["approval", "second_reading"]
# Nobody who was there before is lost on the way back: those are in the request itself.
EARLIER = """part IN ('approval', 'second_reading') AND NOT EXISTS (
    SELECT FROM escalations WHERE escalations.id = contributions.subject_id
        AND contributions.actor IN (escalations.approved_by, escalations.second_reader))"""
CARRY_OVER = """
INSERT INTO contributions (id, case_id, subject_id, part, name, actor, at)
    SELECT replace(gen_random_uuid()::text, '-', ''),
        case_id, id, part, '', actor, signed_at
    FROM escalations, LATERAL (VALUES ('approval', approved_by, approved_at),
        ('second_reading', second_reader, second_read_at)) AS each (part, actor, signed_at)
    WHERE actor LIKE 'person:%' AND signed_at IS NOT NULL
    ON CONFLICT DO NOTHING
"""
BEHIND = """
CREATE OR REPLACE FUNCTION people_behind_request(request text) RETURNS SETOF text LANGUAGE sql
    STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT person FROM public.escalations,
        LATERAL (VALUES (drafted_by), (approved_by), (second_reader)) AS each (person)
        WHERE escalations.id = request AND person IS NOT NULL
    UNION
    SELECT actor FROM public.contributions WHERE subject_id = request AND part IN ({parts})
$$
"""


def upgrade() -> None:
    _allow([*PARTS, *SECOND_PERSONS])
    op.execute(CARRY_OVER)
    op.execute(BEHIND.format(parts="'words', 'approval', 'second_reading'"))


def downgrade() -> None:
    refuse_to_lose(
        "who approved or read a request before it was approved again",
        table="contributions",
        where=EARLIER,
    )
    op.execute(BEHIND.format(parts="'words'"))
    op.execute("DELETE FROM contributions WHERE part IN ('approval', 'second_reading')")
    _allow(PARTS)


def _allow(parts: list[str]) -> None:
    listed = ", ".join(f"'{one}'" for one in parts)
    op.execute("ALTER TABLE contributions DROP CONSTRAINT ck_contributions_part")
    op.execute(
        f"ALTER TABLE contributions ADD CONSTRAINT ck_contributions_part CHECK (part IN ({listed}))"
    )
