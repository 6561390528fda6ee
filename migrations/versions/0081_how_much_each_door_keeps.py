"""Bound what each role of pages keeps as answers to forms, within a quarter of an hour.

Whoever had the public pages' role filled the disk with kept answers, and no quota moved. Past the
first bound a page is not kept, and stands in the place of its form; what notes that a form was
pressed goes on to the second, and is refused there as by a database without room. Additive: the
version before leads to a page that has expired where there is no room.

Counted is by sequences, as nothing else is seen by all before it is committed, and nobody waits for
whoever holds it. The ticker begins anew with each quarter, as it alone forgets what is over.
"""

# ruff: noqa: S608 - every word of every statement is written here

from alembic import op

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None

APP, INTAKE, PARTNER = "helpdesk_app", "helpdesk_intake", "helpdesk_partner"
COUNTERS = tuple(f"presses_of_{role}" for role in (APP, INTAKE, PARTNER))
QUARTER = "presses_counted_since"
# In kilobytes: pages, and with them what notes a press.
PAGES, ALL = 200_000, 300_000
AS_OWNER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
BOUNDED = f"""
CREATE FUNCTION presses_are_bounded() RETURNS trigger LANGUAGE plpgsql {AS_OWNER} AS $$
DECLARE
    -- Whoever connected: inside a function of the owner, the current user is the owner.
    counter regclass := to_regclass('public.presses_of_' || session_user);
    size integer := 1 + coalesce(octet_length(NEW.answer), 0) / 1000;
    used bigint;
BEGIN
    IF counter IS NULL THEN
        RETURN NEW;
    END IF;
    used := coalesce(pg_sequence_last_value(counter), 0) + size;
    IF TG_OP = 'INSERT' AND NEW.answer IS NOT NULL AND used > {PAGES} THEN
        RETURN NULL;
    END IF;
    IF used > {ALL} THEN
        RAISE EXCEPTION 'too many forms are answered within a quarter of an hour'
            USING ERRCODE = 'configuration_limit_exceeded';
    END IF;
    PERFORM nextval(counter) FROM generate_series(1, size);
    RETURN NEW;
END $$
"""
ADD = f"""
CREATE FUNCTION add_press_answer(press text, moment timestamptz, answer bytea)
    RETURNS boolean LANGUAGE plpgsql {AS_OWNER} AS $$
BEGIN
    INSERT INTO public.presses (id, at, answer) VALUES (press, moment, add_press_answer.answer);
    RETURN FOUND;
END $$
"""
KEEP = f"""
CREATE FUNCTION keep_press(press text, moment timestamptz, answer bytea)
    RETURNS boolean LANGUAGE plpgsql {AS_OWNER} AS $$
BEGIN
    INSERT INTO public.presses (id, at, answer) VALUES (press, moment, keep_press.answer)
        ON CONFLICT (id) DO UPDATE SET at = excluded.at, answer = excluded.answer;
    RETURN FOUND;
END $$
"""
KEEP_OF_BEFORE = f"""
CREATE FUNCTION keep_press(press text, moment timestamptz, answer bytea)
    RETURNS void LANGUAGE sql {AS_OWNER} AS $$
    INSERT INTO public.presses (id, at, answer) VALUES (press, moment, keep_press.answer)
    ON CONFLICT (id) DO UPDATE SET at = excluded.at, answer = excluded.answer $$
"""
FORGOTTEN = """DELETE FROM public.presses WHERE id IN (SELECT id FROM public.presses
    WHERE at < before OR at > before + interval '2 days' LIMIT 5000 FOR UPDATE SKIP LOCKED)"""
FORGET = f"""
CREATE OR REPLACE FUNCTION forget_presses(before timestamptz) RETURNS void LANGUAGE sql
    {AS_OWNER} AS $$
    {FORGOTTEN};
    WITH quarter AS MATERIALIZED (SELECT extract(epoch FROM
        date_bin('15 minutes', clock_timestamp(), '2000-01-01'))::bigint AS began)
    SELECT setval('{QUARTER}', began), {", ".join(f"setval('{one}', 1, false)" for one in COUNTERS)}
        FROM quarter WHERE began IS DISTINCT FROM pg_sequence_last_value('{QUARTER}') $$
"""
FORGET_OF_BEFORE = f"""
CREATE OR REPLACE FUNCTION forget_presses(before timestamptz) RETURNS void LANGUAGE sql
    {AS_OWNER} AS $$
    {FORGOTTEN} $$
"""


def upgrade() -> None:
    for name in (*COUNTERS, QUARTER):
        op.execute(f"CREATE SEQUENCE {name}")
    op.execute(BOUNDED)
    op.execute("REVOKE EXECUTE ON FUNCTION presses_are_bounded() FROM PUBLIC")
    op.execute(
        "CREATE TRIGGER presses_are_bounded BEFORE INSERT OR UPDATE OF answer ON presses"
        " FOR EACH ROW EXECUTE FUNCTION presses_are_bounded()"
    )
    op.execute(ADD)
    op.execute("DROP FUNCTION keep_press(text, timestamptz, bytea)")
    op.execute(KEEP)
    _may_call("add_press_answer", APP, INTAKE, PARTNER)
    _may_call("keep_press", APP, INTAKE)
    op.execute(FORGET)


def downgrade() -> None:
    # Nothing is lost: sequences hold what is counted of a quarter of an hour.
    op.execute(FORGET_OF_BEFORE)
    op.execute("DROP FUNCTION keep_press(text, timestamptz, bytea)")
    op.execute(KEEP_OF_BEFORE)
    _may_call("keep_press", APP, INTAKE)
    op.execute("DROP FUNCTION add_press_answer(text, timestamptz, bytea)")
    op.execute("DROP TRIGGER presses_are_bounded ON presses")
    op.execute("DROP FUNCTION presses_are_bounded()")
    for name in (*COUNTERS, QUARTER):
        op.execute(f"DROP SEQUENCE {name}")


def _may_call(function: str, *roles: str) -> None:
    name = f"FUNCTION {function}(text, timestamptz, bytea)"
    op.execute(f"REVOKE EXECUTE ON {name} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON {name} TO {', '.join(roles)}")
