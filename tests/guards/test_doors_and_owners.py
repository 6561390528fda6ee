"""A case that is opened again at a door holds nobody of ours, and stays with nobody who left."""

import hashlib
import os
import secrets
import uuid
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import sessionmaker

from helpdesk.accounts import operations
from helpdesk.accounts.models import Person
from helpdesk.accounts.offboarding import QUEUE, Reassignment
from helpdesk.accounts.queries import LOCKED
from helpdesk.cases.operations.offboarding import (
    count_cases_passed_by,
    release_cases_left_behind,
)
from helpdesk.core.actors import operator
from helpdesk.core.app_context import AppContext
from tests.conftest import SERVICE, FakeMailer, FakeQueueNotifier, plain
from tests.guards.test_role_attacks import HOUSE

CASE = """
INSERT INTO cases (id, ref, team_id, state, level, rule, incident_type, language, opened_at,
    in_slow_lane, is_drill, key_id, public_half, reporter_tag, reporter_public_half, form_token,
    owner_id)
    VALUES (%s, %s, 'q', 'open', 3, 'R1', 'x', 'en', now(), false, false, %s, 'key', %s, 'key', %s,
    'r')
"""
SIGNS_IN = select(Person.id).where(text("id = 'r'")).with_for_update(**LOCKED)
# Whoever signs in, and whoever lets somebody go.
WORK = {
    "sign in": str(SIGNS_IN.compile(dialect=postgresql.dialect())),
    "be held to be let go": "SELECT FROM people WHERE id = 'r' FOR UPDATE",
    "leave a queue": "DELETE FROM memberships WHERE person_id = 'r'",
}


@pytest.fixture(scope="module")
def address(postgres):
    with psycopg.connect(plain(postgres.url("postgres", "postgres")), autocommit=True) as admin:
        admin.execute("CREATE DATABASE owners TEMPLATE strict_empty OWNER helpdesk_owner")
        with psycopg.connect(plain(postgres.url("postgres", "owners"))) as database:
            database.execute(HOUSE)
        yield lambda role: plain(postgres.url(role, "owners"))
        admin.execute("DROP DATABASE owners WITH (FORCE)")


@pytest.fixture
def case(address):
    """A case that a colleague has, closed by its reporter: its id, and what opens its mailbox."""
    case, proof, token = uuid.uuid4().hex, os.urandom(16), secrets.token_hex(16)
    with psycopg.connect(address("postgres"), autocommit=True) as owner:
        owner.execute("INSERT INTO keys VALUES (%s, 'case', %s, 1, 'key')", (case, case))
        tag = hashlib.sha256(proof).digest()
        owner.execute(CASE, (case, f"H{case[:8]}", case, tag, os.urandom(16)))
        with psycopg.connect(address("helpdesk_intake"), autocommit=True) as public:
            public.execute("SELECT open_visit(%s, %s, 'x', now())", (proof, token))
            public.execute("SELECT set_config('helpdesk.visit', %s, false)", [token])
            public.execute("UPDATE cases SET state = 'closed' WHERE id = %s", [case])
        yield case, token
        owner.execute("UPDATE people SET disabled_at = NULL WHERE id = 'r'")
        owner.execute("UPDATE cases SET owner_id = NULL, state = 'closed' WHERE id = %s", [case])


@contextmanager
def opened_again(address, case, token):
    """By the public pages' role, and not committed yet."""
    with psycopg.connect(address("helpdesk_intake")) as public:
        public.execute("SELECT set_config('helpdesk.visit', %s, true)", [token])
        changed = public.execute("UPDATE cases SET state = 'open' WHERE id = %s", [case])
        assert changed.rowcount == 1
        yield public


@contextmanager
def written_into(address, case, token):
    """An open case that its owner has, by the public pages' role, and not committed yet."""
    with psycopg.connect(address("postgres"), autocommit=True) as owner:
        owner.execute("UPDATE cases SET state = 'open' WHERE id = %s", [case])
    with psycopg.connect(address("helpdesk_intake")) as public:
        public.execute("SELECT set_config('helpdesk.visit', %s, true)", [token])
        changed = public.execute("UPDATE cases SET state = 'closed' WHERE id = %s", [case])
        assert changed.rowcount == 1
        yield public


def owner_of(address, case):
    with psycopg.connect(address("postgres")) as database:
        found = "SELECT state, owner_id FROM cases WHERE id = %s"
        return database.execute(found, [case]).fetchone()


@pytest.mark.parametrize("what", WORK)
def test_a_case_that_is_opened_again_at_a_door_holds_up_nobody_of_ours(address, case, what):
    with (
        opened_again(address, *case) as public,
        psycopg.connect(address("helpdesk_app")) as staff,
    ):
        staff.execute("SET lock_timeout = '1s'")
        staff.execute(WORK[what])
        staff.rollback()
        public.commit()

    assert owner_of(address, case[0]) == ("open", "r")


def test_who_is_let_go_while_it_is_opened_again_does_not_have_it(address, case):
    with opened_again(address, *case) as public:
        with psycopg.connect(address("postgres"), autocommit=True) as staff:
            staff.execute("SET lock_timeout = '1s'")
            staff.execute("UPDATE people SET disabled_at = now() WHERE id = 'r'")
        public.commit()

    assert owner_of(address, case[0]) == ("open", None)


@pytest.fixture
def staff_pages(address, settings):
    """The staff's pages, which wait for nothing longer than a second."""
    with context_of(address("helpdesk_app"), settings) as context:
        yield context


@contextmanager
def context_of(address, settings):
    driver = address.replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(driver, connect_args={"options": "-c lock_timeout=1s"})
    yield AppContext(
        settings=settings,
        sessions=sessionmaker(engine, expire_on_commit=False),
        queue_notifier=FakeQueueNotifier(),
        mailer=FakeMailer(),
        service=SERVICE,
    )
    engine.dispose()


def test_who_is_blocked_waits_for_no_case_that_is_opened_again(address, staff_pages, case):
    with opened_again(address, *case) as public:
        with staff_pages.begin(operator("shell")) as work:
            operations.disable_person(work, work.session.get(Person, "r"))
        public.commit()

    assert owner_of(address, case[0]) == ("open", None)


def test_who_is_blocked_waits_for_no_open_case_that_a_door_holds(
    address, settings, staff_pages, case
):
    with written_into(address, *case) as public:
        with staff_pages.begin(operator("shell")) as work:
            person = work.session.get(Person, "r")
            operations.disable_person(work, person, Reassignment({"q": QUEUE}))
            assert count_cases_passed_by(work, person, ["q"]) == 1
            assert count_cases_passed_by(work, person, ["another"]) == 0
        public.rollback()
    assert owner_of(address, case[0]) == ("open", "r")

    with context_of(address("helpdesk_ticker"), settings) as ticker, ticker.begin() as work:
        release_cases_left_behind(work)
        release_cases_left_behind(work)

    assert owner_of(address, case[0]) == ("open", None)
    with psycopg.connect(address("postgres"), autocommit=True) as database:
        told = "DELETE FROM outbox WHERE job = 'cases.tell_of_cases' RETURNING arguments"
        [(arguments,)] = database.execute(told).fetchall()
    assert (arguments["team_id"], arguments["person_id"]) == ("q", "")


def test_no_row_that_points_at_a_case_keeps_the_ticker_from_it(address, case):
    with psycopg.connect(address("postgres"), autocommit=True) as owner:
        owner.execute("UPDATE people SET disabled_at = now() WHERE id = 'r'")
        owner.execute("ALTER TABLE cases DISABLE TRIGGER USER")
        owner.execute("UPDATE cases SET state = 'open', owner_id = 'r' WHERE id = %s", [case[0]])
        owner.execute("ALTER TABLE cases ENABLE TRIGGER USER")
    with (
        psycopg.connect(address("postgres")) as resting,
        psycopg.connect(address("helpdesk_ticker"), autocommit=True) as ticker,
    ):
        resting.execute("SELECT FROM cases WHERE id = %s FOR KEY SHARE", [case[0]])
        released = ticker.execute("SELECT release_cases_left_behind()").fetchall()
        resting.rollback()

    assert released == [("q",)]


def test_who_leaves_a_queue_waits_for_no_open_case_that_a_door_holds(address, case):
    with (
        written_into(address, *case) as public,
        psycopg.connect(address("helpdesk_app")) as staff,
    ):
        staff.execute("SET lock_timeout = '1s'")
        staff.execute("DELETE FROM memberships WHERE person_id = 'r'")
        staff.rollback()
        public.rollback()


def test_what_a_door_did_with_it_while_they_were_blocked_stays_and_gives_it_to_nobody(
    address, staff_pages, case
):
    with written_into(address, *case) as public:
        with staff_pages.begin(operator("shell")) as work:
            person = work.session.get(Person, "r")
            operations.disable_person(work, person, Reassignment({"q": QUEUE}))
        public.commit()
    assert owner_of(address, case[0]) == ("closed", "r")

    with opened_again(address, *case) as public:
        public.commit()

    assert owner_of(address, case[0]) == ("open", None)


def test_what_stays_closed_comes_back_to_nobody_who_was_blocked(address, staff_pages, case):
    with opened_again(address, *case) as public:
        with staff_pages.begin(operator("shell")) as work:
            operations.disable_person(work, work.session.get(Person, "r"))
        public.rollback()

    with opened_again(address, *case) as public:
        public.commit()
    assert owner_of(address, case[0]) == ("open", None)


def test_what_was_looked_at_before_they_were_blocked_is_released_by_the_ticker(
    address, staff_pages, case
):
    """A door chooses when its own case is looked at."""
    with psycopg.connect(address("helpdesk_intake")) as public:
        public.execute("SELECT set_config('helpdesk.visit', %s, true)", [case[1]])
        public.execute("SET CONSTRAINTS ALL IMMEDIATE")
        public.execute("UPDATE cases SET state = 'open' WHERE id = %s", [case[0]])
        with staff_pages.begin(operator("shell")) as work:
            operations.disable_person(work, work.session.get(Person, "r"))
        public.commit()
    assert owner_of(address, case[0]) == ("open", "r")

    with psycopg.connect(address("helpdesk_ticker"), autocommit=True) as ticker:
        ticker.execute("SELECT release_cases_left_behind()")
        ticker.execute("SELECT release_cases_left_behind()")
        said = "SELECT actor_id, action, details FROM history WHERE case_id = %s"
        entries = ticker.execute(said, [case[0]]).fetchall()

    assert owner_of(address, case[0]) == ("open", None)
    assert entries == [("system", "case.released", {"because": "left"})]


def test_the_ticker_releases_no_case_of_who_is_here(address, case):
    with opened_again(address, *case) as public:
        public.commit()

    with psycopg.connect(address("helpdesk_ticker"), autocommit=True) as ticker:
        ticker.execute("SELECT release_cases_left_behind()")

    assert owner_of(address, case[0]) == ("open", "r")


def test_staff_still_wait_for_who_is_let_go(address, case):
    with (
        psycopg.connect(address("postgres")) as leaving,
        psycopg.connect(address("helpdesk_app"), autocommit=True) as staff,
    ):
        leaving.execute("SELECT FROM people WHERE id = 'r' FOR UPDATE")
        staff.execute("SET lock_timeout = '500ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            staff.execute("UPDATE cases SET state = 'open' WHERE id = %s", [case[0]])
        leaving.rollback()
