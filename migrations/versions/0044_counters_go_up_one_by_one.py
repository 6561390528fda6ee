"""Let counters only go up by what they count, and let nobody wait for rows the public pages hold.

A worker that was taken over could write the last number that there is as a fence: then no worker
could take that row again, and its whole queue stood still. Whoever had the public pages' role could
hold the rows by which reports are counted, or visits that are over, and everyone else waited.
Additive: the version before counts in the same steps.
"""

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

REFUSE = """
CREATE FUNCTION counter_out_of_step() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'a counter of % goes up one by one, or back to its beginning', TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
END $$
"""
# How far one statement of ours may move it: a lease and its end may be written together.
STEPS = 4
# Each counter that a process may write, and where it begins; that of the ticker's lease and that of
# ticks have rules of their own (0037).
COUNTERS = (
    ("outbox", "fence", 0),
    ("outbox", "attempts", 0),
    ("deliveries", "fence", 0),
    ("news", "times", 1),
    ("new_mailboxes", "tries", 0),
    ("new_partner_mailboxes", "tries", 0),
    ("people", "failures", 0),
)
COUNT = """
CREATE OR REPLACE FUNCTION count_intake(slow boolean, more integer, size bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM public.intake_load WHERE ctid IN (SELECT ctid FROM public.intake_load
        WHERE at < clock_timestamp() - interval '2 days' FOR UPDATE SKIP LOCKED);
    WITH free AS MATERIALIZED (SELECT ctid AS place FROM public.intake_load
        WHERE at = date_bin('5 minutes', clock_timestamp(), '2000-01-01') AND in_slow_lane = slow
        LIMIT 1 FOR UPDATE SKIP LOCKED),
    counted AS (UPDATE public.intake_load
        SET reports = intake_load.reports + more, bytes = intake_load.bytes + size
        FROM free WHERE intake_load.ctid = free.place RETURNING 1)
    INSERT INTO public.intake_load (at, in_slow_lane, part, reports, bytes)
        SELECT date_bin('5 minutes', clock_timestamp(), '2000-01-01'), slow,
            floor(random() * 32000)::int, more, size
        WHERE NOT EXISTS (SELECT 1 FROM counted)
        ON CONFLICT (at, in_slow_lane, part) DO UPDATE SET
            reports = intake_load.reports + excluded.reports,
            bytes = intake_load.bytes + excluded.bytes
$$
"""
COUNT_OF_BEFORE = """
CREATE OR REPLACE FUNCTION count_intake(slow boolean, more integer, size bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM public.intake_load WHERE at < now() - interval '2 days';
    INSERT INTO public.intake_load (at, in_slow_lane, part, reports, bytes)
        VALUES (date_bin('5 minutes', now(), '2000-01-01'), slow, floor(random() * 4)::int, more,
            size)
        ON CONFLICT (at, in_slow_lane, part) DO UPDATE SET
            reports = intake_load.reports + excluded.reports,
            bytes = intake_load.bytes + excluded.bytes
$$
"""
OPEN_VISIT = """
CREATE OR REPLACE FUNCTION open_visit(proof bytea, token text, unlocked bytea, at timestamptz)
    RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    opened text := encode(sha256(convert_to(token, 'UTF8')), 'hex');
BEGIN
    DELETE FROM public.visits WHERE {over};
    INSERT INTO public.visits (id, case_id, unlocked, begun_at, seen_at)
        SELECT opened, cases.id, open_visit.unlocked, at, at FROM public.cases
        WHERE cases.reporter_tag = sha256(proof);
    PERFORM set_config('helpdesk.visit', token, true);
    RETURN public.visitor_case();
END $$
"""
IS_OVER = "seen_at < least(at, now()) - interval '30 minutes'"
PASSED_BY = f"""id IN (SELECT visits.id FROM public.visits
        WHERE visits.{IS_OVER} FOR UPDATE SKIP LOCKED)"""  # noqa: S608 - every word is written here


def upgrade() -> None:
    op.execute(REFUSE)
    for table, counter, first in COUNTERS:
        name = f"{table}_{counter}_in_step"
        op.execute(
            f"CREATE TRIGGER {name}_at_first BEFORE INSERT ON {table} FOR EACH ROW"
            f" WHEN (NEW.{counter} <> {first}) EXECUTE FUNCTION counter_out_of_step()"
        )
        op.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE OF {counter} ON {table} FOR EACH ROW"
            f" WHEN (NEW.{counter} <> {first} AND (NEW.{counter} < OLD.{counter}"
            f" OR NEW.{counter}::bigint > OLD.{counter}::bigint + {STEPS}))"
            " EXECUTE FUNCTION counter_out_of_step()"
        )
    op.execute(COUNT)
    op.execute(OPEN_VISIT.format(over=PASSED_BY))


def downgrade() -> None:
    # Nothing is lost: functions and triggers hold no values.
    op.execute(OPEN_VISIT.format(over=IS_OVER))
    op.execute(COUNT_OF_BEFORE)
    op.execute("DROP FUNCTION counter_out_of_step() CASCADE")
