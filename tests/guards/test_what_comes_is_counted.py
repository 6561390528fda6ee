"""Whatever the public pages' role writes is counted as it comes, or has a bound of its own."""

import hashlib
import os
import secrets
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg.errors import CheckViolation, ConfigurationLimitExceeded, InsufficientPrivilege

from tests.conftest import plain
from tests.guards.test_role_attacks import HOUSE

KEY = "INSERT INTO keys (id, kind, owner_id, epoch, public_half) VALUES (%s, 'case', %s, 1, 'key')"
NEW = """
INSERT INTO cases (id, ref, team_id, state, level, rule, incident_type, language, opened_at,
    in_slow_lane, is_drill, key_id, public_half, reporter_tag, reporter_public_half, form_token,
    for_advice)
    VALUES (%s, %s, 'q', 'new', 3, 'R1', 'x', 'en', date_bin('1 hour', now(), '2000-01-01'),
    false, false, %s, 'key', %s, 'key', %s, %s)
"""
SAID = """
INSERT INTO history (at, actor_id, case_id, action, subject_type, subject_id, details)
    SELECT clock_timestamp() - %s::interval, 'reporter:' || %s, %s, 'message.received', 'messages',
    'x', '{}' FROM generate_series(1, %s)
"""
FOUND = """
INSERT INTO evaluations (id, case_id, at, by, level, rule, table_version, inputs)
    SELECT md5(random()::text), %s, now(), 'reporter:' || %s, 0, 'danger-told', 'x', %s
    FROM generate_series(1, 10)
"""
TURNS = """
INSERT INTO clock_events (id, subject_id, clock, turn, at)
    SELECT md5(random()::text), %s, 'first_reply', 'started', now() FROM generate_series(1, 1000)
"""
LARGE = 100_000


@pytest.fixture(scope="module")
def address(postgres):
    """The address of a role in a database of its own, in which there is a queue."""
    with psycopg.connect(plain(postgres.url("postgres", "postgres")), autocommit=True) as admin:
        admin.execute("CREATE DATABASE came TEMPLATE strict_empty OWNER helpdesk_owner")
        with psycopg.connect(plain(postgres.url("postgres", "came"))) as database:
            database.execute(HOUSE)
        yield lambda role: plain(postgres.url(role, "came"))
        admin.execute("DROP DATABASE came WITH (FORCE)")


@pytest.fixture
def counted(address):
    with psycopg.connect(address("helpdesk_owner"), autocommit=True) as owner:
        asked = "SELECT coalesce(sum(bytes), 0)::bigint FROM intake_load"
        yield lambda: owner.execute(asked).fetchone()[0]


@dataclass
class Reporter:
    """The public pages' role, and a report of its own whose mailbox is open."""

    role: Any
    case: str
    proof: bytes
    token: str

    @contextmanager
    def mailbox(self):
        with self.role.transaction():
            self.role.execute("SELECT set_config('helpdesk.visit', %s, true)", [self.token])
            yield self.role


def report(role, proof, for_advice=None):
    case, key = uuid.uuid4().hex, uuid.uuid4().hex
    with role.transaction():
        role.execute(KEY, (key, case))
        tag = hashlib.sha256(proof).digest()
        role.execute(NEW, (case, f"T{case[:8]}", key, tag, os.urandom(16), for_advice))
    return case


@pytest.fixture
def reporter(address):
    with psycopg.connect(address("helpdesk_intake"), autocommit=True) as role:
        proof, token = os.urandom(16), secrets.token_hex(16)
        case = report(role, proof)
        role.execute("SELECT open_visit(%s, %s, 'x', now())", (proof, token))
        yield Reporter(role, case, proof, token)


@pytest.mark.parametrize("back", ["0 minutes", "65 minutes"])
def test_three_hundred_things_of_one_case_in_an_hour_however_they_are_dated(reporter, back):
    case = reporter.case
    with reporter.mailbox() as role:
        role.execute(SAID, (back, case, case, 300))

    with pytest.raises(ConfigurationLimitExceeded), reporter.mailbox() as role:
        role.execute(SAID, (back, case, case, 1))


URGENT = (
    "case.danger_told",
    "consent.withdrawn",
    "consent.denied",
    "conversation.denied",
    "case.withdrawn",
    "reminder.ended",  # a case that is taken back ends its reminders, too
)


@pytest.mark.parametrize("action", URGENT)
def test_what_cannot_wait_has_room_of_its_own_and_not_without_end(reporter, action):
    case = reporter.case
    with reporter.mailbox() as role:
        role.execute(SAID, ("0 minutes", case, case, 300))
    urgent = SAID.replace("'message.received', 'messages'", f"'{action}', 'cases'")
    urgent = urgent.replace("'x', '{}'", f"'{case}', '{{}}'")

    with reporter.mailbox() as role:
        role.execute(urgent, ("0 minutes", case, case, 50))
    with pytest.raises(ConfigurationLimitExceeded), reporter.mailbox() as role:
        role.execute(urgent, ("0 minutes", case, case, 1))


def test_a_visit_holds_a_code_and_is_counted(reporter, counted):
    before = counted()
    opens = "SELECT open_visit(%s, %s, %s, now())"

    with pytest.raises(CheckViolation):
        reporter.role.execute(opens, (reporter.proof, "token", os.urandom(5_000)))
    for _ in range(10):
        reporter.role.execute(opens, (reporter.proof, secrets.token_hex(16), os.urandom(4_000)))

    assert counted() - before >= 10 * 4_000


def test_findings_are_counted(reporter, counted):
    before, case = counted(), reporter.case

    with reporter.mailbox() as role:
        role.execute(FOUND, (case, case, os.urandom(LARGE)))

    assert counted() - before >= 10 * LARGE


def test_what_is_kept_for_advice_is_counted_with_the_report_and_later(reporter, counted):
    before = counted()
    report(reporter.role, os.urandom(16), os.urandom(LARGE))
    assert counted() - before >= LARGE

    before = counted()
    with reporter.mailbox() as role:
        for _ in range(5):
            role.execute(
                "UPDATE cases SET for_advice = %s WHERE id = %s", (os.urandom(LARGE), reporter.case)
            )
    assert counted() - before >= 5 * LARGE


def test_turns_of_clocks_are_counted_and_about_something(reporter, counted):
    before = counted()
    with reporter.mailbox() as role:
        role.execute(TURNS, [reporter.case])
    assert counted() - before >= 1000 * 100

    for other in ("no such case", "c"):
        with pytest.raises(InsufficientPrivilege), reporter.mailbox() as role:
            role.execute(TURNS, [other])
