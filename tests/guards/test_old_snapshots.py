"""What is new, and when it is: asked when the rows are there, whatever a transaction has seen.

A process that keeps a transaction or a statement open sees the tables as they were. The public
pages' role, which writes about new cases alone, wrote so about all that were reported since.
"""

# ruff: noqa: F401, F811, S608 - fixtures of other files; every word of every statement is ours

import threading

import psycopg
import pytest
from psycopg.errors import ForeignKeyViolation, InsufficientPrivilege

from tests.guards.test_role_attacks import (
    INTAKE,
    PARTNER,
    PROOF,
    TOKEN,
    as_role,
    furnished,
    plain,
)

REPORT = """
WITH key AS (INSERT INTO keys VALUES ('k-later', 'case', 'later', 1, 'key')),
    copy AS (INSERT INTO key_copies VALUES ('k-later', 'kq', 'sealed')),
    consent AS (INSERT INTO consents (id, case_id, kind, given_at, given_by)
        VALUES ('first', 'later', 'help', now(), 'reporter:later')),
    turn AS (INSERT INTO clock_events VALUES ('first', 'later', 'first_reply', 'started', now())),
    judged AS (INSERT INTO evaluations (id, case_id, at, by, level, rule, table_version, inputs)
        VALUES ('first', 'later', now(), 'nobody', 0, 'R1', '1', 'x')),
    entry AS (INSERT INTO history (at, actor_id, action, subject_type, subject_id, case_id, details)
        VALUES (now(), 'nobody', 'case.submitted', 'cases', 'later', 'later', '{}')),
    promise AS (INSERT INTO outbox (id, job, queue, arguments, state, due_at, attempts, fence)
        VALUES ('first', 'triage.call_on_duty', 'notices', '{"case_id": "later"}', 'waiting',
        now(), 0, 0))
INSERT INTO cases (id, ref, team_id, state, level, rule, incident_type, language, opened_at,
    in_slow_lane, is_drill, key_id, public_half, reporter_tag, reporter_public_half, form_token)
    VALUES ('later', 'LATER', 'q', 'new', 1, 'R1', 'x', 'en', now(), false, false,
    'k-later', 'key', 'later', 'key', 'later')
"""
# Each takes the id of the case from the row `its`.
ABOUT = {
    "what its reporter agreed to": "INSERT INTO consents (id, case_id, kind, given_at, given_by) "
    "SELECT 'x', id, 'platform', now(), 'reporter:' || id FROM its",
    "the end of its clock": "INSERT INTO clock_events "
    "SELECT 'x', id, 'first_reply', 'stopped', now() FROM its",
    "its level": "INSERT INTO evaluations (id, case_id, at, by, level, rule, table_version, inputs)"
    " SELECT 'x', id, now(), 'nobody', 3, 'R1', '1', 'x' FROM its",
    "its history": "INSERT INTO history (at, actor_id, action, subject_type, subject_id, case_id, "
    "details) SELECT now(), 'nobody', 'case.judged', 'cases', id, id, '{}' FROM its",
    "its alarms": "INSERT INTO outbox (id, job, queue, arguments, state, due_at, attempts, "
    "fence) SELECT 'x', 'triage.alarm', 'notices', jsonb_build_object('case_id', id), 'waiting', "
    "now(), 0, 0 FROM its",
    "a copy of its key": "INSERT INTO key_copies SELECT 'k-' || id, 'another', 'mine' FROM its",
}
# A case is looked for until it is there, while the statement goes on. No role but the owner makes a
# function; this one stands for whatever else takes that long.
WAITS = """
CREATE FUNCTION public.later() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    FOR i IN 1..200 LOOP
        EXIT WHEN EXISTS (SELECT FROM public.cases WHERE id = 'later');
        PERFORM pg_sleep(0.1);
    END LOOP;
    RETURN 'later';
END $$
"""


@pytest.fixture
def later(furnished):
    """The function that waits, in the database until the test is over."""
    with psycopg.connect(plain(furnished, "postgres"), autocommit=True) as database:
        database.execute(WAITS)
        yield
        database.execute("DROP FUNCTION public.later()")


@pytest.fixture
def report(furnished):
    """A report that arrives while somebody else has a transaction open; gone at the end."""
    address = plain(furnished, "postgres")
    with psycopg.connect(address, autocommit=True) as database:
        database.execute("UPDATE teams SET takes_reports = true WHERE id = 'q'")
        database.execute("INSERT INTO keys VALUES ('another', 'team', 'p', 1, 'key')")

    def arrive():
        with psycopg.connect(plain(furnished, INTAKE)) as door:
            door.execute(REPORT)

    yield arrive
    with psycopg.connect(address, autocommit=True) as database:
        database.execute("SET session_replication_role = replica")
        for table, its in {
            "cases": "id = 'later'",
            "keys": "id IN ('k-later', 'another')",
            "key_copies": "key_id = 'k-later'",
            "consents": "case_id = 'later'",
            "evaluations": "case_id = 'later'",
            "clock_events": "subject_id = 'later'",
            "history": "case_id = 'later'",
            "outbox": "arguments ->> 'case_id' = 'later'",
        }.items():
            database.execute(f"DELETE FROM {table} WHERE {its}")


@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
@pytest.mark.parametrize("attack", ABOUT.values(), ids=ABOUT)
def test_who_saw_the_tables_before_writes_nothing_about_a_report_since(
    report, as_role, attack, isolation
):
    old = as_role(INTAKE)
    old.execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
    old.execute("SELECT count(*) FROM cases")
    report()

    with pytest.raises((InsufficientPrivilege, ForeignKeyViolation)):
        old.execute(f"WITH its AS (SELECT 'later' AS id) {attack}")


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("attack", ABOUT.values(), ids=ABOUT)
def test_a_statement_that_waits_for_the_next_report_writes_nothing_about_it(
    report, as_role, attack
):
    waits = as_role(INTAKE)
    refused = []

    def attack_it():
        try:
            waits.execute(f"WITH its AS MATERIALIZED (SELECT public.later() AS id) {attack}")
        except InsufficientPrivilege as refusal:
            refused.append(refusal)

    waiting = threading.Thread(target=attack_it)
    waiting.start()
    watching = as_role(INTAKE)
    begun = "SELECT FROM pg_stat_activity WHERE pid = %s AND wait_event = 'PgSleep'"
    while waiting.is_alive() and not watching.execute(begun, [waits.info.backend_pid]).rowcount:
        watching.commit()
    report()
    waiting.join()

    assert refused


@pytest.mark.parametrize(
    ("role", "question"),
    [
        (INTAKE, "is_this_hour(now() - interval '70 minutes')"),
        (PARTNER, "is_just_now(now() - interval '15 minutes')"),
        (INTAKE, "is_from_now_on(now() - interval '7 minutes')"),
    ],
)
def test_a_transaction_that_is_kept_open_does_not_keep_the_time(as_role, role, question):
    kept = as_role(role)
    kept.execute("SELECT now()")

    assert kept.execute(f"SELECT {question}").fetchone() == (False,)
