"""A counter that a process may write goes up by what is counted: none is put at the end of numbers.

What is at its end cannot be counted further, so whoever wrote it there would stop what counts.
"""

# ruff: noqa: F401, F811 - fixtures of other files

import psycopg
import pytest
from psycopg.errors import CheckViolation

from tests.conftest import plain
from tests.guards.test_role_attacks import PARTNER, TICKER, WORKER, as_role, furnished

APP = "helpdesk_app"
PROMISE = (
    "INSERT INTO outbox (id, job, queue, arguments, state, due_at, attempts, fence) "
    "VALUES ('x', 'triage.alarm', 'notices', '{\"alarm_id\": \"x\"}', 'waiting', now(), %s, %s)"
)
LAST = 2_147_483_647
# How each number that a process may write is kept within what can be counted or shown.
KEPT_BY_A_TRIGGER = {
    ("outbox", "fence"),
    ("outbox", "attempts"),
    ("deliveries", "fence"),
    ("news", "times"),
    ("new_mailboxes", "tries"),
    ("new_partner_mailboxes", "tries"),
    ("people", "failures"),
    ("people", "failures_beside_recovery_key"),
    ("people", "failures_in_known_browsers"),
    ("ticker_lease", "fence"),
    ("sending", "ticks"),
}
# Nothing counts on from these.
NOT_COUNTED_ON = {
    ("delivery_attempts", "number"),
    ("history_checkpoints", "position"),
    ("history_links", "entry_id"),
    ("history_links", "position"),
    ("outbox", "place"),
    ("outbox", "turn"),
    ("people", "totp_last_step"),
}
WRITTEN = """
SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0
    AND NOT a.attisdropped AND a.attidentity = ''
    AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
    AND NOT EXISTS (SELECT 1 FROM pg_constraint k
        WHERE k.conrelid = c.oid AND k.contype = 'c' AND a.attnum = ANY(k.conkey))
    AND EXISTS (SELECT 1 FROM unnest(%s::text[]) AS role
        WHERE has_column_privilege(role, c.oid, a.attnum, 'INSERT')
            OR has_column_privilege(role, c.oid, a.attnum, 'UPDATE'))
"""
PROCESSES = [APP, "helpdesk_intake", PARTNER, WORKER, TICKER]


def test_every_number_that_a_process_may_write_is_bounded_or_said_to_be_harmless(postgres):
    with psycopg.connect(plain(postgres.url("helpdesk_owner"))) as database:
        found = set(database.execute(WRITTEN, [PROCESSES]).fetchall())

    assert found == KEPT_BY_A_TRIGGER | NOT_COUNTED_ON


@pytest.mark.parametrize("role", [APP, WORKER, TICKER])
def test_no_promise_begins_elsewhere_than_at_nothing(as_role, role):
    connection = as_role(role)
    for attempts, fence in ((LAST, 0), (-1, 0), (1, 0), (0, LAST), (0, -1)):
        with pytest.raises(CheckViolation), connection.transaction():
            connection.execute(PROMISE, [attempts, fence])


@pytest.mark.parametrize("role", [WORKER, TICKER])
@pytest.mark.parametrize("counter", ["fence", "attempts"])
def test_no_worker_puts_a_promise_where_none_can_take_it(as_role, role, counter):
    connection = as_role(role)
    connection.execute(PROMISE, [0, 0])
    moved = f"UPDATE outbox SET {counter} = %s WHERE id = 'x'"  # noqa: S608 - ours

    for odd in (LAST, 100, -1, -LAST):
        with pytest.raises(CheckViolation), connection.transaction():
            connection.execute(moved, [odd])
    for right in (1, 2, 3, 0, 1):
        connection.execute(moved, [right])
