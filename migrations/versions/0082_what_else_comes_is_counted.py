"""Count all that the public pages write, and bound what they say of a case however they date it.

Their role dates history to the hour, and so it could date it back: then the three hundred things of
an hour were without end. Visits, findings of danger, answers kept for advice and turns of clocks
were counted by nothing, and turns of clocks could be about what there is not. Additive.
"""

# ruff: noqa: S608 - every word of every statement is written here

from alembic import op

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None

AS_OWNER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
# What is dated 70 minutes back counts for an hour still.
BOUNDED = f"""
CREATE OR REPLACE FUNCTION history_from_a_door_is_bounded() RETURNS trigger LANGUAGE plpgsql
    {AS_OWNER} AS $$
DECLARE
    earlier timestamptz;
BEGIN
    IF NEW.case_id IS NOT NULL THEN
        SELECT at INTO earlier FROM public.history WHERE case_id = NEW.case_id
            AND starts_with(actor_id, 'reporter:') = starts_with(NEW.actor_id, 'reporter:')
            ORDER BY id DESC OFFSET 299 LIMIT 1;
    ELSE
        SELECT at INTO earlier FROM public.history WHERE subject_id = NEW.subject_id
            AND case_id IS NULL ORDER BY id DESC OFFSET 299 LIMIT 1;
    END IF;
    IF earlier > now() - interval '{{within}}' THEN
        RAISE EXCEPTION 'too much is said of one thing within the hour'
            USING ERRCODE = 'configuration_limit_exceeded';
    END IF;
    RETURN NEW;
END $$
"""
# A report with its rows, but for what is sealed in them.
BESIDES = 11_000
REPORTS = f"""
CREATE OR REPLACE FUNCTION reports_came() RETURNS trigger LANGUAGE plpgsql {AS_OWNER} AS $$
BEGIN
    PERFORM public.count_intake(came.in_slow_lane, came.reports, came.bytes) FROM (
        SELECT in_slow_lane, count(*)::int AS reports, sum({BESIDES}
            + coalesce(octet_length(story), 0) + coalesce(octet_length(contact), 0)
            + {{answers}}) AS bytes
        FROM arrived GROUP BY in_slow_lane) AS came;
    RETURN NULL;
END $$
"""
ANSWERS = "coalesce(octet_length(answers), 0) + coalesce(octet_length(for_advice), 0)"
# What a finding rests on is about as long as the answers.
ANSWERS_TWICE = "2 * coalesce(octet_length(answers), 0)"
FINDINGS = f"""
CREATE FUNCTION findings_came() RETURNS trigger LANGUAGE plpgsql {AS_OWNER} AS $$
BEGIN
    PERFORM public.count_intake(came.in_slow_lane, 0, came.bytes) FROM (
        SELECT coalesce(cases.in_slow_lane, false) AS in_slow_lane,
            sum(300 + coalesce(octet_length(arrived.inputs), 0)) AS bytes
        FROM arrived LEFT JOIN public.cases ON cases.id = arrived.case_id
        WHERE arrived.by = 'nobody' OR starts_with(arrived.by, 'reporter:') GROUP BY 1) AS came;
    RETURN NULL;
END $$
"""
TURNS = f"""
CREATE FUNCTION turns_came() RETURNS trigger LANGUAGE plpgsql {AS_OWNER} AS $$
BEGIN
    PERFORM public.count_intake(false, 0, 300 * count(*)) FROM arrived HAVING count(*) > 0;
    RETURN NULL;
END $$
"""
ADVICE = f"""
CREATE FUNCTION answers_for_advice_came() RETURNS trigger LANGUAGE plpgsql {AS_OWNER} AS $$
BEGIN
    PERFORM public.count_intake(false, 0, 300 + octet_length(NEW.for_advice));
    RETURN NULL;
END $$
"""
# By function, when it is called.
CALLED = {
    "findings_came": "AFTER INSERT ON evaluations REFERENCING NEW TABLE AS arrived"
    " FOR EACH STATEMENT",
    "turns_came": "AFTER INSERT ON clock_events REFERENCING NEW TABLE AS arrived"
    " FOR EACH STATEMENT WHEN (current_user = 'helpdesk_intake')",
    "answers_for_advice_came": "AFTER UPDATE OF for_advice ON cases FOR EACH ROW"
    " WHEN (NEW.for_advice IS DISTINCT FROM OLD.for_advice AND NEW.for_advice IS NOT NULL)",
}
ADDED = f"""
CREATE OR REPLACE FUNCTION clock_events_added_to_what_is_new() RETURNS trigger LANGUAGE plpgsql
    {AS_OWNER} AS $$
BEGIN
    IF EXISTS (SELECT FROM added {{where}})
    THEN
        RAISE EXCEPTION 'the public pages write about what they bring, or whose mailbox is open'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$
"""
IS_NOT_THEIRS = """LEFT JOIN cases ON cases.id = added.subject_id
        LEFT JOIN escalations ON escalations.id = added.subject_id
        WHERE NOT coalesce(coalesce(cases.id, escalations.case_id) = visitor_case(), false)
        AND NOT is_being_written(cases.xmin)"""
IS_ANOTHERS_CASE = """JOIN cases ON cases.id = added.subject_id
        WHERE cases.id IS DISTINCT FROM visitor_case() AND NOT is_being_written(cases.xmin)"""
# A return code, sealed, has some hundred bytes.
SHORT = "visits_unlocked_short"
OPEN_VISIT = f"""
CREATE OR REPLACE FUNCTION open_visit(proof bytea, token text, unlocked bytea, at timestamptz)
    RETURNS text LANGUAGE plpgsql {AS_OWNER} AS $$
DECLARE
    opened text := encode(sha256(convert_to(token, 'UTF8')), 'hex');
BEGIN
    DELETE FROM public.visits WHERE id IN (SELECT visits.id FROM public.visits
        WHERE visits.seen_at < least(at, now()) - interval '30 minutes'
        OR visits.seen_at > greatest(at, now()) + interval '1 hour'
        FOR UPDATE SKIP LOCKED);
    INSERT INTO public.visits (id, case_id, unlocked, begun_at, seen_at)
        SELECT opened, cases.id, open_visit.unlocked, at, at FROM public.cases
        WHERE cases.reporter_tag = sha256(proof);
    {{counted}}PERFORM set_config('helpdesk.visit', token, true);
    RETURN public.visitor_case();
END $$
"""
COUNTED = """IF FOUND THEN
        PERFORM public.count_intake(false, 0, 500 + octet_length(open_visit.unlocked));
    END IF;
    """


def upgrade() -> None:
    op.execute(BOUNDED.format(within="130 minutes"))
    op.execute(REPORTS.format(answers=ANSWERS))
    for function in (FINDINGS, TURNS, ADVICE):
        op.execute(function)
    for name, when in CALLED.items():
        op.execute(f"REVOKE EXECUTE ON FUNCTION {name}() FROM PUBLIC")
        table = when.split(" ON ")[1].split()[0]
        op.execute(f"CREATE TRIGGER {table}_{name} {when} EXECUTE FUNCTION {name}()")
    op.execute(ADDED.format(where=IS_NOT_THEIRS))
    # Half an hour old at most, and not ours.
    op.execute("DELETE FROM visits WHERE octet_length(unlocked) > 4096")
    op.execute(
        f"ALTER TABLE visits ADD CONSTRAINT ck_{SHORT} CHECK (octet_length(unlocked) <= 4096)"
    )
    op.execute(OPEN_VISIT.format(counted=COUNTED))


def downgrade() -> None:
    # Nothing is lost: functions and triggers hold no values.
    op.execute(OPEN_VISIT.format(counted=""))
    op.execute(f"ALTER TABLE visits DROP CONSTRAINT ck_{SHORT}")
    op.execute(ADDED.format(where=IS_ANOTHERS_CASE))
    for name in CALLED:
        op.execute(f"DROP FUNCTION {name}() CASCADE")
    op.execute(REPORTS.format(answers=ANSWERS_TWICE))
    op.execute(BOUNDED.format(within="1 hour"))
