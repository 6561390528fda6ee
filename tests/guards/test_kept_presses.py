"""What each role of pages keeps as answers to forms has an end within a quarter of an hour."""

import os
import re
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import ConfigurationLimitExceeded
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from helpdesk.app import create_app
from helpdesk.core.actors import Role
from helpdesk.core.app_context import AppContext
from helpdesk.settings import Surface
from helpdesk.web import error_pages
from tests.conftest import AT_THE_DOOR, SERVICE, FakeMailer, FakeQueueNotifier, plain
from tests.factories import a_person, a_team
from tests.intake.browser import Browser
from tests.intake.test_reports import LAST, go_to, send

RUNNING = Path(__file__).parents[2] / "docs" / "running.md"
MB = 1_000_000
ROLES = APP, INTAKE, PARTNER = "helpdesk_app", "helpdesk_intake", "helpdesk_partner"
# In kilobytes: past the first no page is kept, past the second nothing more is noted.
PAGES, ALL = 200_000, 300_000
ADD = "SELECT add_press_answer(%s, now(), %s)"
NOTE = "INSERT INTO presses (id, at) VALUES (%s, now())"


@pytest.fixture
def address(postgres):
    """The address of a role in a database of its own: counters know no rollback."""
    with psycopg.connect(plain(postgres.url("postgres", "postgres")), autocommit=True) as admin:
        admin.execute("CREATE DATABASE kept TEMPLATE strict_empty OWNER helpdesk_owner")
        yield lambda role: plain(postgres.url(role, "kept"))
        admin.execute("DROP DATABASE kept WITH (FORCE)")


@pytest.fixture
def owner(address):
    with psycopg.connect(address("helpdesk_owner"), autocommit=True) as owner:
        yield owner


def count_up_to(owner, role, kilobytes):
    owner.execute("SELECT setval(%s, %s)", [f"presses_of_{role}", kilobytes])


def size(owner):
    [size] = owner.execute("SELECT coalesce(sum(octet_length(answer)), 0) FROM presses").fetchone()
    return size


def fill(thief, statement):
    """Many large answers, more than there is room for."""
    for number in range(40):
        thief.execute(statement, (f"{id(thief)}-{number}", os.urandom(2 * MB)))


@pytest.mark.parametrize(
    "statement", [ADD, "INSERT INTO presses (id, at, answer) VALUES (%s, now(), %s)"]
)
def test_one_role_keeps_so_much_and_others_keep_theirs(address, owner, statement):
    count_up_to(owner, INTAKE, PAGES - 60_000)
    with ExitStack() as held:
        # None is committed: what is counted is seen by all of them, and none waits for another.
        thieves = [held.enter_context(psycopg.connect(address(INTAKE))) for _ in range(2)]
        for thief in thieves:
            fill(thief, statement)
        for thief in thieves:
            thief.commit()
    assert 50 * MB < size(owner) <= 60 * MB

    with psycopg.connect(address(APP)) as staff:
        assert staff.execute(ADD, ["staff", b"page"]).fetchone() == (True,)


def test_what_notes_a_press_has_room_where_no_page_is_kept_and_an_end_too(address, owner):
    count_up_to(owner, PARTNER, PAGES)
    with psycopg.connect(address(PARTNER), autocommit=True) as pages:
        assert pages.execute(ADD, ["page", b"page"]).fetchone() == (False,)
        pages.execute(NOTE, ["press"])
        pages.execute("SELECT note_press_answer('press', 'told')")
        assert owner.execute("SELECT id, answer FROM presses").fetchall() == [("press", b"told")]

        count_up_to(owner, PARTNER, ALL)
        with pytest.raises(ConfigurationLimitExceeded):
            pages.execute(NOTE, ["another"])
        assert pages.execute(ADD, ["page", b"page"]).fetchone() == (False,)


KEEP = "SELECT keep_press('draft', now(), %s)"


def test_what_is_kept_in_the_place_of_what_was_there_is_counted_once(address, owner):
    with psycopg.connect(address(INTAKE), autocommit=True) as pages:
        for _step in range(3):
            assert pages.execute(KEEP, [os.urandom(100_000)]).fetchone() == (True,)
    [counted] = owner.execute("SELECT last_value FROM presses_of_helpdesk_intake").fetchone()
    assert counted == 3 * 101


def test_without_room_what_was_kept_is_there_still(address, owner):
    with psycopg.connect(address(INTAKE), autocommit=True) as pages:
        pages.execute(KEEP, [b"before"])
        for used in (PAGES, ALL):
            count_up_to(owner, INTAKE, used)
            assert pages.execute(KEEP, [b"after"]).fetchone() == (False,)
            assert pages.execute(KEEP.replace("draft", "other"), [b"x"]).fetchone() == (False,)
    assert owner.execute("SELECT id, answer FROM presses").fetchall() == [("draft", b"before")]


def test_there_is_room_again_with_the_next_quarter_and_not_before(address, owner):
    with (
        psycopg.connect(address(INTAKE), autocommit=True) as pages,
        psycopg.connect(address("helpdesk_ticker"), autocommit=True) as ticker,
    ):
        ticker.execute("SELECT forget_presses(now())")
        count_up_to(owner, INTAKE, ALL)
        [quarter] = owner.execute("SELECT last_value FROM presses_counted_since").fetchone()
        ticker.execute("SELECT forget_presses(now())")
        [now] = owner.execute("SELECT last_value FROM presses_counted_since").fetchone()
        if now == quarter:  # no quarter has ended between the two
            assert pages.execute(ADD, ["page", b"page"]).fetchone() == (False,)

        # Also where the clock was ahead, and was put right.
        for other in (quarter - 900, quarter + 9_000):
            count_up_to(owner, INTAKE, ALL)
            owner.execute("SELECT setval('presses_counted_since', %s)", [other])
            ticker.execute("SELECT forget_presses(now())")
            assert pages.execute(ADD, [f"page {other}", b"page"]).fetchone() == (True,)


def test_no_role_may_count_by_itself(address):
    for role in (*ROLES, "helpdesk_worker", "helpdesk_ticker"):
        for statement in (
            "SELECT setval('presses_of_helpdesk_intake', 1)",
            "SELECT nextval('presses_of_helpdesk_intake')",
        ):
            with (
                psycopg.connect(address(role)) as thief,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                thief.execute(statement)


@pytest.fixture
def public(address, settings):
    """The public pages with their own role, and a queue to which they report."""

    def desk_on(role):
        made = create_engine(address(role).replace("postgresql:", "postgresql+psycopg:"))
        engines.append(made)
        return AppContext(
            settings=settings,
            sessions=sessionmaker(made, expire_on_commit=False),
            queue_notifier=FakeQueueNotifier(),
            mailer=FakeMailer(),
            service=AT_THE_DOOR if role == INTAKE else SERVICE,
        )

    engines = []
    with desk_on(APP).begin() as work:
        queue = a_team(work, takes_reports=True)
        a_person(work, Role.RESPONDER, [queue])
    app = create_app(desk_on(INTAKE), Surface.PUBLIC)
    app.testing = True
    yield app
    for engine in engines:
        engine.dispose()


def test_without_room_a_report_goes_through_and_its_receipt_stands_in_place(public, owner):
    count_up_to(owner, INTAKE, PAGES)
    browser = Browser(public.test_client())
    go_to(browser, 4)
    send(browser, LAST)

    assert browser.answer.request.method == "POST"
    assert browser.status == 201
    assert 'class="code-letters"' in browser.text
    assert owner.execute("SELECT count(*) FROM cases").fetchone() == (1,)
    assert size(owner) == 0


def test_without_room_a_page_that_refuses_stands_in_place_with_what_was_typed(public, owner):
    for used in (PAGES, ALL):
        count_up_to(owner, INTAKE, used)
        browser = Browser(public.test_client())
        browser.open("/mailbox")
        browser.send("/mailbox", answers={"code": "no code of ours"})

        assert (browser.answer.request.method, browser.status) == ("POST", 422)
        assert "no code of ours" in browser.text


def test_a_form_that_is_refused_for_want_of_room_is_in_the_log_where_running_md_says(
    public, owner, caplog
):
    browser = Browser(public.test_client())
    go_to(browser, 4)
    send(browser, LAST)
    browser.open("/report/received/advice")
    [leads_to] = re.findall(r'name="then" value="(\w+)"', browser.text)
    browser.send("/mailbox", answers={"then": leads_to})
    count_up_to(owner, INTAKE, ALL)

    browser.send("/mailbox/case/questions", answers={"q_whose": "group"})

    assert browser.status == 503
    [line] = {one.getMessage() for one in caplog.records if one.name == error_pages.__name__}
    assert f"in the log of those pages: `{line}`" in RUNNING.read_text()


def test_danger_is_heard_without_room(public, owner):
    browser = Browser(public.test_client())
    go_to(browser, 4)
    send(browser, LAST)
    browser.open("/report/received/advice")
    [leads_to] = re.findall(r'name="then" value="(\w+)"', browser.text)
    browser.send("/mailbox", answers={"then": leads_to})
    browser.open("/mailbox/case/danger")
    count_up_to(owner, INTAKE, ALL)

    browser.send("/mailbox/case/danger")

    told = "SELECT count(*) FROM history WHERE action = 'case.danger_told'"
    assert owner.execute(told).fetchone() == (1,)
    assert browser.status == 200
