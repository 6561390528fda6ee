"""Addresses for email reminders, by each process's role with its own connection: who gets at what.

The clock and the policies are those of production here.
"""

# ruff: noqa: F401, F811 - fixtures of other files

import hashlib

import psycopg
import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege

from tests.guards.test_role_attacks import (
    INTAKE,
    OPEN,
    PARTNER,
    PROOF,
    TICKER,
    TOKEN,
    WORKER,
    as_role,
    furnished,
    plain,
)

APP = "helpdesk_app"
TAG = hashlib.sha256(b"tag").digest()
STOP = "a" * 64
WORDS = "'\\x01', 'list', 'notes', 'en', false"


@pytest.fixture
def asked(furnished):
    """Reminders of case c that are on, and an address that is paused; taken away again."""
    with psycopg.connect(plain(furnished, "postgres"), autocommit=True) as database:
        database.execute(
            "INSERT INTO email_reminders VALUES ('c', 'ready', 'sealed', repeat('0', 32), "
            "'list', 'notes', 'en', false, 1, now(), NULL, 0, now(), sha256(%s), NULL, now())",
            [STOP.encode()],
        )
        database.execute("INSERT INTO paused_addresses VALUES (%s, now(), now())", [TAG])
        database.execute(
            "INSERT INTO sent_test_emails VALUES (sha256(%s), %s, now())", [b"test b", TAG]
        )
        yield database
        database.execute("DELETE FROM sent_test_emails")
        database.execute("DELETE FROM email_reminders")
        database.execute("DELETE FROM paused_addresses")


def state(database):
    return database.execute("SELECT state, address FROM email_reminders").fetchone()


@pytest.mark.parametrize("role", [APP, INTAKE, PARTNER])
@pytest.mark.parametrize(
    "attack",
    [
        "SELECT address FROM email_reminders",
        "SELECT * FROM email_reminders",
        "SELECT code_tag, stop_tag FROM email_reminders",
        "SELECT tag FROM paused_addresses",
        "SELECT tag FROM sent_test_emails",
        "INSERT INTO sent_test_emails VALUES (sha256('x'), sha256('y'), now())",
        "UPDATE email_reminders SET address = 'mine'",
        "UPDATE email_reminders SET state = 'ready'",
        "DELETE FROM email_reminders",
        "INSERT INTO email_reminders (case_id) VALUES ('c')",
        "DELETE FROM paused_addresses",
        "SELECT erase_reminders('c')",
        "LOCK TABLE email_reminders",
    ],
)
def test_no_process_of_pages_reads_an_address_or_writes_into_the_table(
    as_role, asked, role, attack
):
    with pytest.raises(InsufficientPrivilege):
        as_role(role).execute(attack)


@pytest.mark.parametrize("role", [INTAKE, PARTNER])
def test_who_has_reminders_is_seen_by_staff_and_no_other_process_of_pages(as_role, asked, role):
    seen = "SELECT case_id, state, told_at FROM email_reminders"

    assert len(as_role(APP).execute(seen).fetchall()) == 1
    with pytest.raises(InsufficientPrivilege):
        as_role(role).execute(seen)


@pytest.mark.parametrize("role", [WORKER, TICKER])
@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE email_reminders SET address = 'mine'",
        "UPDATE email_reminders SET ask_id = repeat('1', 32)",
        "UPDATE email_reminders SET case_id = 'd'",
        "INSERT INTO email_reminders (case_id) VALUES ('d')",
        "DELETE FROM email_reminders",
        "LOCK TABLE email_reminders",
        "SELECT end_reminders()",
        "SELECT confirm_reminders('x')",
    ],
)
def test_a_worker_puts_no_address_there(as_role, asked, role, attack):
    with pytest.raises(InsufficientPrivilege):
        as_role(role).execute(attack)


@pytest.mark.parametrize("role", [WORKER, TICKER])
@pytest.mark.parametrize(
    "odd",
    [
        "state = 'x'",
        "state = 'off'",
        "told_at = 'infinity'",
        "sending_at = '20000-01-01'",
        "stop_tag = 'short'",
        "code_tag = repeat('x', 100000)::bytea",
    ],
)
def test_a_worker_writes_nothing_there_that_its_reader_cannot_read(as_role, asked, role, odd):
    with pytest.raises(CheckViolation):
        as_role(role).execute(f"UPDATE email_reminders SET {odd}")  # noqa: S608 - ours


NEW_HOUR = "INSERT INTO {table} VALUES (sha256('new'), {more})"


@pytest.mark.parametrize("role", [WORKER, TICKER])
@pytest.mark.parametrize(
    "statement",
    [
        NEW_HOUR.format(table="paused_addresses", more="now() + interval '2 hours', now()"),
        NEW_HOUR.format(table="paused_addresses", more="now() - interval '2 days', now()"),
        NEW_HOUR.format(table="paused_addresses", more="now(), '2999-01-01'"),
        NEW_HOUR.format(table="sent_test_emails", more="sha256('x'), now() + interval '1 day'"),
        "UPDATE paused_addresses SET sent_at = now() + interval '2 hours'",
        "UPDATE paused_addresses SET until = '2999-01-01'",
        "UPDATE sent_test_emails SET sent_at = '2999-01-01'",
    ],
)
def test_a_worker_that_is_gone_holds_up_no_later_test_email(as_role, asked, role, statement):
    with pytest.raises(InsufficientPrivilege):
        as_role(role).execute(statement)


@pytest.mark.parametrize("role", [WORKER, TICKER])
def test_a_worker_notes_this_hour(as_role, asked, role):
    worker = as_role(role)

    hour = "date_bin('1 hour', now(), '2000-01-01')"
    add = NEW_HOUR.format(table="paused_addresses", more=f"{hour}, {hour} + interval '25 hours'")
    assert worker.execute(add).rowcount == 1
    updated = worker.execute(f"UPDATE paused_addresses SET sent_at = {hour}").rowcount  # noqa: S608 - ours
    worker.rollback()  # before the fixture clears away what this transaction holds
    assert updated == 2


@pytest.mark.parametrize(
    "question",
    [
        f"SELECT ask_for_reminders({WORDS})",
        "SELECT nullif(confirm_reminders('x'), 'none')",
        "SELECT nullif(end_reminders(), false)",
        "SELECT (SELECT own_reminders.state FROM own_reminders(true))",
        "SELECT nullif(stop_reminders('b')::text, '')",
    ],
)
def test_without_an_open_mailbox_the_functions_of_the_public_pages_do_nothing(
    as_role, asked, question
):
    door = as_role(INTAKE)

    assert door.execute(question).fetchone() == (None,)
    door.commit()
    assert state(asked) == ("ready", b"sealed")


def test_with_one_they_act_on_that_case_alone_and_three_times_in_a_day(as_role, asked):
    door = as_role(INTAKE)
    door.execute(OPEN, [PROOF, TOKEN])
    told = door.execute("SELECT state FROM own_reminders(false)").fetchone()
    kept = [door.execute(f"SELECT ask_for_reminders({WORDS})").fetchone()[0] for _ in range(3)]

    assert told == ("ready",)
    assert [bool(one) for one in kept] == [True, True, False]
    assert door.execute("SELECT confirm_reminders('x')").fetchone() == ("late",)
    assert door.execute("SELECT end_reminders()").fetchone() == (True,)
    door.rollback()


def test_guesses_that_are_taken_back_count_all_the_same(as_role, asked):
    asked.execute(
        "UPDATE email_reminders SET state = 'unconfirmed', code_tag = sha256('right'),"
        " code_sent_at = now(), guesses_before = (SELECT last_value FROM reminder_guesses)"
    )
    door = as_role(INTAKE)
    guess = "SELECT confirm_reminders(sha256(%s))"
    door.execute(OPEN, [PROOF, TOKEN])
    said = set()
    for _ in range(1001):
        with door.transaction(force_rollback=True):
            said.add(door.execute(guess, [b"wrong"]).fetchone()[0])
    tries = door.execute(guess, [b"right"]).fetchone()
    door.rollback()

    assert "wrong" in said
    assert asked.execute("SELECT tries FROM email_reminders").fetchone() == (0,)
    assert tries == ("late",)


def test_what_a_link_holds_ends_them_without_a_mailbox(as_role, asked):
    door = as_role(INTAKE)
    door.execute("SELECT stop_reminders(%s)", [STOP])
    door.commit()

    assert state(asked) == ("off", None)


ENTRY = (
    "INSERT INTO history (at, actor_id, action, subject_type, subject_id, case_id, details) "
    "VALUES (now(), '{}', '{}', 'cases', 'c', 'c', '{{}}')"
)
PROMISE = (
    "INSERT INTO outbox (id, job, queue, arguments, state, due_at, attempts, fence) VALUES "
    "(md5(random()::text), '{}', 'reminders', '{{\"case_id\": \"c\"}}', 'waiting', now(), 0, 0)"
)


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        (INTAKE, ENTRY.format("reporter:c", "reminder.asked")),
        (INTAKE, ENTRY.format("nobody", "reminder.ended")),
        (PARTNER, ENTRY.format("person:pp", "reminder.sent")),
        (WORKER, ENTRY.format("system", "reminder.asked")),
        (INTAKE, PROMISE.format("intake.send_reminder_code")),
        (INTAKE, PROMISE.format("intake.send_reminder")),
        (PARTNER, PROMISE.format("intake.send_reminder")),
        (PARTNER, PROMISE.format("intake.send_reminder_code")),
    ],
)
def test_nobody_says_or_promises_what_is_another_s_or_about_a_case_that_is_not_before_them(
    as_role, role, statement
):
    with pytest.raises(InsufficientPrivilege):
        as_role(role).execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        ENTRY.format("reporter:c", "reminder.asked"),
        ENTRY.format("reporter:c", "reminder.ended"),
        PROMISE.format("intake.send_reminder_code"),
    ],
)
def test_a_reporter_whose_mailbox_is_open_does(as_role, statement):
    door = as_role(INTAKE)
    door.execute(OPEN, [PROOF, TOKEN])

    door.execute(statement)
    door.rollback()
