"""The same form is one case (P2), with one return code; and an old form loses nothing."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import create_engine, func, select, text, update
from sqlalchemy.orm import sessionmaker

from helpdesk.app import create_app
from helpdesk.cases.models import Case, Consent
from helpdesk.core.actors import Role
from helpdesk.core.app_context import AppContext
from helpdesk.core.codes import ReturnCode
from helpdesk.core.history import HistoryEntry
from helpdesk.core.keys import Key, KeyKind
from helpdesk.core.outbox import OutboxJob
from helpdesk.intake import operations
from helpdesk.intake.report_form_rules import ReportContent
from helpdesk.settings import Surface
from tests.conftest import AT_THE_DOOR, SERVICE, FakeMailer, FakeQueueNotifier
from tests.factories import a_person, a_team
from tests.intake.browser import FROM_US, Browser
from tests.intake.test_reports import LAST, cases, code_on, go_to, send

THREADS = 50


def test_a_second_send_finds_the_first_case_and_shows_the_same_code(house, browser):
    go_to(browser, 4)
    form = browser.form("/report")
    send(browser)
    code = code_on(browser)

    browser.answer = browser.post(
        "/report", [*form.fields, ("story", "Something else."), ("to", "send")]
    )

    assert browser.status == 200
    assert "You’ve already sent this form" in browser.text
    assert code_on(browser) == code
    assert len(cases(house)) == 1


def test_later_the_code_is_not_shown_again(house, browser):
    go_to(browser, 4)
    form = browser.form("/report")
    send(browser)
    [case] = cases(house)
    with house.inside() as work:
        earlier = case.opened_at - timedelta(hours=2)
        work.session.execute(update(Case).values(opened_at=earlier))

    browser.answer = browser.post("/report", [*form.fields, ("story", "x"), ("to", "send")])

    assert browser.status == 200
    assert "We showed it when your report arrived" in browser.text
    assert 'class="code-words"' not in browser.text


def test_a_token_that_is_not_ours_still_makes_one_case_and_a_random_code(house, browser):
    codes = set()
    for _ in range(2):
        go_to(browser, 4)
        send(browser, LAST | {"token": "made up by somebody"})
        if "You’ve already sent this form" not in browser.text:
            codes.add(code_on(browser))
        else:
            assert 'class="code-words"' not in browser.text

    [case] = cases(house)
    [code] = codes
    assert code.tag(house.intake.settings.intake_keys[0]) == case.reporter_tag


def test_two_reports_have_two_codes(house, browser):
    codes = set()
    for _ in range(2):
        go_to(browser, 4)
        send(browser)
        codes.add(code_on(browser))

    assert len(codes) == len(cases(house)) == 2


@contextmanager
def database_of_its_own(postgres):
    """A database that is thrown away at the end, and a way to open it as any role."""
    engines = []

    def engine_for(role, **options):
        engines.append(create_engine(postgres.url(role, "race"), **options))
        return engines[-1]

    admin = create_engine(postgres.url("postgres", "postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE race TEMPLATE strict_empty OWNER helpdesk_owner"))
        try:
            yield engine_for
        finally:
            for engine in engines:
                engine.dispose()
            connection.execute(text("DROP DATABASE race"))
    admin.dispose()


@pytest.fixture
def real_desks(postgres, settings):
    """The public process and the staff's, both of which really commit."""
    with database_of_its_own(postgres) as engine_for:
        staff = AppContext(
            settings,
            sessionmaker(engine_for("helpdesk_app"), expire_on_commit=False),
            FakeQueueNotifier(),
            FakeMailer(),
            SERVICE,
        )
        door = engine_for("helpdesk_intake", pool_size=THREADS)
        yield (
            replace(
                staff, sessions=sessionmaker(door, expire_on_commit=False), service=AT_THE_DOOR
            ),
            staff,
        )


def test_fifty_at_once_are_one_case(real_desks):
    door, context = real_desks
    with context.begin() as work:
        a_person(work, Role.RESPONDER, [a_team(work, takes_reports=True)])
    app = create_app(door, Surface.PUBLIC)
    app.testing = True
    browser = Browser(app.test_client())
    go_to(browser, 4)
    sent = dict(browser.form("/report").fields) | LAST | {"to": "send"}
    cookie = browser.client.get_cookie("hd_public_form").value
    start = Barrier(THREADS)

    def send_once(_number):
        client = app.test_client()
        client.set_cookie("hd_public_form", cookie)
        start.wait()
        answer = client.post("/report", data=sent, headers=FROM_US)
        one = Browser(client)
        one.answer = client.get(answer.location) if answer.location else answer
        return answer.status_code, code_on(one)

    with ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(send_once, range(THREADS)))

    assert {status for status, _ in answers} == {303}
    [code] = {code for _, code in answers}
    with context.begin() as work:
        [case] = work.session.scalars(select(Case)).all()
        assert code.tag(door.settings.intake_keys[0]) == case.reporter_tag
        for kind, expected in ((Consent, len(LAST["consents"])), (HistoryEntry, 2)):
            counted = select(func.count()).select_from(kind).where(kind.case_id == case.id)
            assert work.session.scalar(counted) == expected, kind
        cases_keys = select(func.count()).select_from(Key).where(Key.kind == KeyKind.CASE)
        assert work.session.scalar(cases_keys) == 1
        called = select(func.count()).select_from(OutboxJob)
        assert work.session.scalar(called.where(OutboxJob.job == "triage.call_on_duty")) == 1


def test_a_rotated_key_keeps_every_word(house, browser, settings):
    go_to(browser, 4)
    story = "A long story with “quotes” & <signs>.\r\n" * 200
    rotated = replace(settings, intake_keys=(b"n" * 32, *settings.intake_keys))
    app = create_app(replace(house.intake, settings=rotated), Surface.PUBLIC)
    app.testing = True
    cookie = browser.client.get_cookie("hd_public_form").value
    browser.client = app.test_client()
    browser.client.set_cookie("hd_public_form", cookie)

    send(browser, LAST | {"story": story})

    assert browser.status == 200
    code = code_on(browser)
    [case] = cases(house)
    assert code.tag(b"n" * 32) == case.reporter_tag
    with house.inside() as work:
        assert work.keys.open(case, "story") == story.replace("\r\n", "\n").strip()


def test_an_old_code_opens_after_the_intake_key_was_rotated(house, settings):
    code = ReturnCode.new()
    with house.at_the_door() as work:
        way_back = operations.ReportLookupKeys(b"f" * 32, code, code.tag(settings.intake_keys[0]))
        operations.submit_report(work, ReportContent("something-else", story="x"), keys=way_back)
    rotated = replace(settings, intake_keys=(b"n" * 32, *settings.intake_keys))
    app = create_app(replace(house.intake, settings=rotated), Surface.PUBLIC)
    app.testing = True
    browser = Browser(app.test_client())
    browser.open("/mailbox")

    browser.send("/mailbox", answers={"code": " ".join(code.words)})

    assert browser.status == 200
    assert "happening with your case" in browser.text


def test_a_token_older_than_a_day_keeps_every_word(house, browser, app):
    app.config["WTF_CSRF_TIME_LIMIT"] = -1
    go_to(browser, 1)
    browser.open("/report")

    browser.answer = browser.post(
        "/report", [*browser.form("/report").fields, ("story", "Kept."), ("to", "send")]
    )

    assert browser.status == 400
    assert ("story", "Kept.") in browser.form("/report").fields


def test_a_key_that_is_gone_keeps_every_word(house, browser, settings):
    go_to(browser, 4)
    other = replace(settings, intake_keys=(b"n" * 32,))
    app = create_app(replace(house.intake, settings=other), Surface.PUBLIC)
    app.testing = True
    browser.client = app.test_client()

    send(browser, LAST | {"story": "Kept."})
    assert browser.status == 400
    assert "open for too long" in browser.text
    assert cases(house) == []
    browser.send("/report")

    assert browser.status == 201  # its cookie is gone with the key
