"""End visits to the mailbox that were noted while the clock was ahead.

Half an hour counts from when a visit was last seen, and of one that was seen tomorrow it was not
over for a day: on a shared computer the mailbox stayed readable. Such a visit is none any more, and
the next one to come sweeps it. A visit is noted early by up to five minutes, never late.

Additive: the version before notes no visit of a time to come.
"""

from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

FIND_VISIT = """
CREATE OR REPLACE FUNCTION find_visit(token text, oldest timestamptz, coarse timestamptz)
    RETURNS SETOF visits
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found public.visits;
BEGIN
    SELECT * INTO found FROM public.visits
        WHERE id = encode(sha256(convert_to(token, 'UTF8')), 'hex') AND seen_at >= oldest{newest};
    IF found.id IS NULL THEN
        RETURN;
    END IF;
    IF found.seen_at < coarse THEN
        UPDATE public.visits SET seen_at = coarse WHERE id = found.id;
    END IF;
    PERFORM set_config('helpdesk.visit', token, true);
    RETURN NEXT found;
END $$
"""
NOT_AHEAD = " AND seen_at <= coarse + interval '10 minutes'"
OPEN_VISIT = """
CREATE OR REPLACE FUNCTION open_visit(proof bytea, token text, unlocked bytea, at timestamptz)
    RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    opened text := encode(sha256(convert_to(token, 'UTF8')), 'hex');
BEGIN
    DELETE FROM public.visits WHERE id IN (SELECT visits.id FROM public.visits
        WHERE visits.seen_at < least(at, now()) - interval '30 minutes'{ahead}
        FOR UPDATE SKIP LOCKED);
    INSERT INTO public.visits (id, case_id, unlocked, begun_at, seen_at)
        SELECT opened, cases.id, open_visit.unlocked, at, at FROM public.cases
        WHERE cases.reporter_tag = sha256(proof);
    PERFORM set_config('helpdesk.visit', token, true);
    RETURN public.visitor_case();
END $$
"""
# Whoever says that it is the past or the future ends nobody's visit by that.
OR_AHEAD = """
        OR visits.seen_at > greatest(at, now()) + interval '1 hour'"""


def upgrade() -> None:
    op.execute(FIND_VISIT.format(newest=NOT_AHEAD))
    op.execute(OPEN_VISIT.format(ahead=OR_AHEAD))


def downgrade() -> None:
    # Nothing is lost: functions hold no values.
    op.execute(FIND_VISIT.format(newest=""))
    op.execute(OPEN_VISIT.format(ahead=""))
