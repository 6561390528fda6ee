"""Email reminders: asked for in the mailbox, confirmed by a code, without a word, one at a time."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select, text
from werkzeug.test import Client

from helpdesk.adapters.mailer import build_mime_message
from helpdesk.app import create_app
from helpdesk.cases import operations as casework
from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseOutcome, CaseState, ConsentKind
from helpdesk.core.actors import reporter
from helpdesk.core.codes import ReturnCode
from helpdesk.core.emails import PermanentMailError, TemporaryMailError, UncertainMailError
from helpdesk.core.errors import Conflict
from helpdesk.core.history import HistoryEntry
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.core.outbox import OutboxJob
from helpdesk.core.sealing import Secret
from helpdesk.host_dispatch import application_for
from helpdesk.intake import operations, reminder_jobs
from helpdesk.intake.models import (
    EmailReminder,
    PausedTestEmailAddress,
    ReminderState,
    StopLinkOfTestEmail,
)
from helpdesk.intake.reminder_emails import SENDERS, SUBJECTS
from helpdesk.settings import Surface
from helpdesk.web.catalogues import load_catalogue_or_source
from tests.factories import a_case
from tests.intake.browser import Browser

ADDRESS, OTHER = "zoe.lindqvist@post.test", "someone.else@post.test"
HERE = "/mailbox/case/reminders"
ANSWERS = {"address": ADDRESS, "subject": "appointment", "sender": "calendar"}
LINK = re.compile(r"http://dates\.test(/\w\w/stop/[0-9a-f]{64})")


@pytest.fixture
def code():
    return ReturnCode.new()


@pytest.fixture
def case(house, code):
    """An open case of somebody who has the code."""
    return opened(house, code)


def opened(house, code):
    with house.inside() as work:
        return a_case(
            work, house.team, code=code, state=CaseState.OPEN, owner=house.responder, consents=()
        )


@pytest.fixture
def inside(browser, case, code):
    """A browser whose mailbox is open."""
    return enters(browser, code)


def enters(browser, code):
    browser.open("/mailbox")
    browser.send("/mailbox", answers={"code": " ".join(code.words)})
    assert "happening with your case" in browser.text
    return browser


def asks(browser, **changed):
    browser.open(HERE)
    return browser.send(HERE, answers={**ANSWERS, **changed})


def confirms(browser, code):
    browser.open(HERE)
    return browser.send(f"{HERE}/confirmation", answers={"code": code})


def work_off(house, at=None):
    """What the worker does, with its own rights; the emails that went out."""
    house._become("helpdesk_worker")
    sent = house.staff.mailer.sent
    before = len(sent)
    run_due_jobs(house.staff, "reminders", at=at)
    house._become("helpdesk_intake")
    return sent[before:]


def ticks(house, at):
    house._become("helpdesk_ticker")
    with house.staff.begin(at=at) as work:
        reminder_jobs.erase_old_addresses(work)
    house._become("helpdesk_intake")


def watched(mailer):
    """Every email that is handed over from now on, whether it goes out or not."""
    tries, send = [], mailer.send

    def sends(email):
        tries.append(email)
        send(email)

    mailer.send = sends
    return tries


def wire_text(email):
    """All that a mail server and an inbox get of it, headers first, decoded."""
    message = build_mime_message(email, "helpdesk@elsewhere.test")
    return "\n".join(
        [*(f"{name}: {said}" for name, said in message.items()), message.get_content()]
    )


def six_digits(email):
    return re.search(r"\d{6}", email.body)[0]


def turned_on(house, browser, **changed):
    asks(browser, **changed)
    [email] = work_off(house)
    confirms(browser, six_digits(email))
    assert "Email reminders are on" in browser.text
    return email


def row(house, case):
    house._become("postgres")
    with house.staff.begin() as work:
        found = work.session.get(EmailReminder, case.id, populate_existing=True)
    house._become("helpdesk_intake")
    return found


def change(house, statement, **values):
    house._become("postgres")
    with house.staff.begin() as work:
        work.session.execute(text(statement), values)
    house._become("helpdesk_intake")


def writes(house, case, words="We have news.", at=None):
    with house.inside(at=at) as work:
        return casework.send_message(work, work.session.get(Case, case.id), words)


# --- asking and confirming ------------------------------------------------------------------------


def test_the_mailbox_says_that_there_are_email_reminders_and_what_they_may_cost(inside):
    assert "Get an email when there’s something new" in inside.text

    inside.open(HERE)
    assert "Is it safe for you?" in inside.text
    assert "Anyone who can open that inbox" in inside.text
    assert "notes@calendar.test" in inside.text


@pytest.mark.parametrize("missing", ["reminder_from", "reminder_url"])
def test_without_a_neutral_sender_and_a_neutral_host_none_are_offered(house, case, code, missing):
    settings = replace(house.intake.settings, **{missing: ""})
    app = create_app(replace(house.intake, settings=settings), Surface.PUBLIC)
    browser = enters(Browser(app.test_client()), code)

    assert "Get an email" not in browser.text
    assert browser.open(HERE).status_code == 404


def test_an_address_is_used_when_the_code_of_its_test_email_was_typed(house, inside, case):
    asks(inside)
    assert "If the address is right" in inside.text
    [email] = work_off(house)
    assert email.to == ADDRESS
    assert row(house, case).state is ReminderState.UNCONFIRMED

    confirms(inside, six_digits(email))

    assert "Email reminders are on" in inside.text
    assert row(house, case).state is ReminderState.READY


def test_no_page_shows_the_address_once_it_is_given(house, inside):
    turned_on(house, inside)

    for address in (HERE, "/mailbox/case"):
        inside.open(address)
        assert ADDRESS not in inside.text


def test_what_cannot_be_an_address_comes_back_as_it_was_typed(house, inside):
    asks(inside, address="zoe at post")

    assert inside.status == 422
    assert "Enter one email address" in inside.text
    assert "zoe at post" in inside.text
    assert work_off(house) == []


def test_neither_subject_nor_sender_can_be_typed(house, inside):
    for name in ("subject", "sender"):
        inside.open(HERE)
        fields = {**ANSWERS, name: "Helpdesk"}
        inside.send(HERE, answers=fields)
        assert inside.status == 422
    assert work_off(house) == []


def test_a_wrong_code_is_counted_and_after_five_the_right_one_is_none(house, inside, case):
    asks(inside)
    [email] = work_off(house)
    wrong = f"{(int(six_digits(email)) + 1) % 10**6:06}"

    for _ in range(5):
        confirms(inside, wrong)
        refusal = inside.text.partition("wrong or has expired")[0].rpartition("<div")[2]
        assert 'role="alert"' in refusal, "what did not work is not shown as what did"
    confirms(inside, six_digits(email))

    assert "wrong or has expired" in inside.text
    assert row(house, case).state is ReminderState.UNCONFIRMED


def test_who_was_sent_no_code_has_none_to_guess(house, app, browser, code):
    opened(house, code)
    other = opened(house, second := ReturnCode.new())
    asks(enters(browser, code))
    work_off(house)
    asks(enters(Browser(app.test_client()), second))
    work_off(house)

    assert row(house, other).code_tag is None


def test_a_code_ends_after_a_day(house, inside, case):
    asks(inside)
    [email] = work_off(house)
    change(house, "UPDATE email_reminders SET code_sent_at = now() - interval '25 hours'")

    confirms(inside, six_digits(email))

    assert "wrong or has expired" in inside.text


def test_the_code_of_one_address_confirms_no_other(house, inside, case):
    asks(inside)
    [mine] = work_off(house)
    asks(inside, address=OTHER)
    [others] = work_off(house)
    assert others.to == OTHER

    confirms(inside, six_digits(mine))

    assert row(house, case).state is ReminderState.UNCONFIRMED


def test_an_address_gets_one_test_email_in_a_day_and_its_code_goes_on(house, inside, case):
    asks(inside)
    [email] = work_off(house)
    asks(inside, subject="list")

    assert work_off(house) == []
    confirms(inside, six_digits(email))
    assert row(house, case).state is ReminderState.READY


@pytest.mark.parametrize(
    "written", [ADDRESS, "Zoe.Lindqvist@POST.test", "zoe.lindqvist+again@post.test"]
)
def test_an_address_gets_no_second_test_email_for_another_case(house, app, browser, code, written):
    opened(house, code)
    opened(house, second := ReturnCode.new())
    asks(enters(browser, code))
    work_off(house)
    stranger = Browser(app.test_client())
    asks(enters(stranger, second), address=written)
    shown = stranger.text

    assert work_off(house) == []
    # The page of who asked second says what it says to everybody.
    assert "If the address is right" in shown


def test_two_cases_that_one_inbox_hears_of_have_nothing_in_common(house, app, browser, code):
    one, other = opened(house, code), opened(house, second := ReturnCode.new())
    stranger = Browser(app.test_client())
    turned_on(house, enters(browser, code))
    change(house, "UPDATE paused_addresses SET until = now() - interval '1 minute'")
    turned_on(house, enters(stranger, second), address="Zoe.Lindqvist+x@post.test")

    house._become("postgres")
    with house.staff.begin() as work:
        rows = work.session.execute(text("SELECT * FROM email_reminders")).mappings().all()
        links = work.session.execute(text("SELECT * FROM sent_test_emails")).mappings().all()
        paused = work.session.execute(text("SELECT * FROM paused_addresses")).mappings().all()
    house._become("helpdesk_intake")
    said = [{value for value in found.values() if isinstance(value, bytes)} for found in rows]
    assert {found["case_id"] for found in rows} == {one.id, other.id}
    assert not said[0] & said[1]
    # What stands beside an address stands beside no case, and its times are of many people.
    assert len(links) == 2
    assert len(paused) == 1
    beside_no_case = [*links, *paused]
    assert not set.union(*said) & {v for found in beside_no_case for v in found.values()}
    for found in beside_no_case:
        assert (found["sent_at"].minute, found["sent_at"].second) == (0, 0)
    assert all(found["code_sent_at"].second == 0 for found in rows)


def test_a_case_asks_for_three_test_emails_in_a_day_and_no_more(house, inside):
    for number in range(3):
        asks(inside, address=f"address{number}@post.test")
        assert len(work_off(house)) == 1

    asks(inside, address="address4@post.test")

    assert "three test emails today" in inside.text
    assert work_off(house) == []


def test_so_many_test_emails_in_an_hour_and_the_next_one_waits(house, inside, case, monkeypatch):
    monkeypatch.setattr(reminder_jobs, "IN_AN_HOUR", 0)
    asks(inside)

    assert work_off(house) == []
    house._become("helpdesk_app")
    with house.staff.begin() as work:
        waiting = list(work.session.scalars(select(OutboxJob).where(OutboxJob.state == "waiting")))
    house._become("helpdesk_intake")
    assert [one.job for one in waiting] == ["intake.send_reminder_code"]


def test_a_test_email_of_a_clock_that_was_ahead_holds_up_no_other(house, inside, case, monkeypatch):
    monkeypatch.setattr(reminder_jobs, "IN_AN_HOUR", 1)
    change(
        house,
        "INSERT INTO sent_test_emails (stop_tag, tag, sent_at) VALUES"
        " (sha256('link'), sha256('other'), now() + interval '1 day')",
    )
    asks(inside)

    assert len(work_off(house)) == 1


@pytest.mark.parametrize("trouble", [PermanentMailError(550), TemporaryMailError()])
def test_whether_a_server_takes_a_test_email_is_not_told(house, inside, trouble):
    asks(inside)
    before = inside.open(HERE).text
    house.staff.mailer.trouble.append(trouble)
    work_off(house)

    after = inside.open(HERE).text

    token = re.compile(r'name="csrf_token"[^>]*')
    assert token.sub("", before) == token.sub("", after)


def test_a_test_email_that_could_not_be_sent_comes_again_and_is_the_same(house, inside):
    asks(inside)
    house.staff.mailer.trouble.append(UncertainMailError())
    tries = watched(house.staff.mailer)

    assert work_off(house) == []
    with house.at_the_door() as work:
        later = work.at + timedelta(minutes=10)
    [email] = work_off(house, at=later)

    assert [one.message_id for one in tries] == [email.message_id] * 2
    assert {one.body for one in tries} == {email.body}


def test_what_stops_a_test_email_is_kept_before_it_goes(house, inside, monkeypatch):
    kept = []

    def sends(_email):
        with house.staff.begin() as work:
            kept.append(work.session.scalar(select(func.count()).select_from(StopLinkOfTestEmail)))
            kept.append(
                work.session.scalar(select(func.count()).select_from(PausedTestEmailAddress))
            )

    asks(inside)
    monkeypatch.setattr(house.staff.mailer, "send", sends)
    work_off(house)

    assert kept == [1, 1]


@pytest.mark.parametrize("trouble", [PermanentMailError(550), UncertainMailError()])
def test_a_test_email_counts_whatever_the_server_says(
    house, app, browser, code, trouble, monkeypatch
):
    monkeypatch.setattr(reminder_jobs, "IN_AN_HOUR", 1)
    opened(house, code)
    opened(house, second := ReturnCode.new())
    asks(enters(browser, code))
    house.staff.mailer.trouble.append(trouble)
    work_off(house)
    tries = watched(house.staff.mailer)
    stranger = Browser(app.test_client())
    asks(enters(stranger, second))
    work_off(house)
    asks(stranger, address=OTHER)
    work_off(house)

    assert tries == []


def test_who_asks_again_while_a_server_says_not_now_is_sent_one(house, inside, case):
    asks(inside)
    house.staff.mailer.trouble.append(TemporaryMailError())
    assert work_off(house) == []
    asks(inside)

    [email] = work_off(house)

    with house.at_the_door() as work:
        later = work.at + timedelta(hours=1)
    assert work_off(house, at=later) == [], "the one that was refused comes beside it"
    confirms(inside, six_digits(email))
    assert row(house, case).state is ReminderState.READY


def test_one_that_a_server_did_not_take_for_now_comes_later(house, inside, case):
    asks(inside)
    house.staff.mailer.trouble.append(TemporaryMailError())
    assert work_off(house) == []
    with house.at_the_door() as work:
        later = work.at + timedelta(hours=1)

    [email] = work_off(house, at=later)

    confirms(inside, six_digits(email))
    assert row(house, case).state is ReminderState.READY


def test_of_two_cases_whose_test_email_was_refused_for_now_one_is_sent(house, app, browser, code):
    """An address gets one in a day, also where its server lets everyone wait at first."""
    opened(house, code)
    opened(house, second := ReturnCode.new())
    for found, theirs in ((browser, code), (Browser(app.test_client()), second)):
        asks(enters(found, theirs))
        house.staff.mailer.trouble.append(TemporaryMailError())
        assert work_off(house) == []
    with house.at_the_door() as work:
        later = work.at + timedelta(hours=1)

    assert len(work_off(house, at=later)) == 1


def test_an_inbox_of_gmail_is_one_whatever_dots_are_written(house, app, browser, code):
    opened(house, code)
    opened(house, second := ReturnCode.new())
    asks(enters(browser, code), address="zoelindqvist@gmail.com")
    assert len(work_off(house)) == 1
    asks(enters(Browser(app.test_client()), second), address="Zoe.Lindqvist+x@googlemail.com")

    assert work_off(house) == []


def test_the_code_of_another_day_is_another():
    key = Secret(b"k" * 32)
    codes = {
        reminder_jobs._code(key, "case", ADDRESS, datetime(2026, 11, day, 9, tzinfo=UTC))
        for day in range(1, 29)
    }

    assert len(codes) == 28


# --- telling --------------------------------------------------------------------------------------


def test_one_email_tells_that_something_waits_and_nothing_of_what(house, inside, case):
    turned_on(house, inside)
    writes(house, case, "The account is yours again.")

    [email] = work_off(house)

    assert (email.to, email.subject) == (ADDRESS, "Appointment")
    assert (email.sender, email.sender_name) == ("notes@calendar.test", "Calendar")
    assert "something new for you" in email.body
    whole = f"{email.subject} {email.body} {email.message_id}"
    for private in (case.ref, case.id, "Helpdesk", "account", "helpdesk.test"):
        assert private.lower() not in whole.lower().replace("/stop/", "")


def test_no_other_follows_until_they_have_looked(house, inside, case):
    turned_on(house, inside)
    for _ in range(3):
        writes(house, case)
    assert len(work_off(house)) == 1
    writes(house, case)
    assert work_off(house) == []

    inside.open(HERE)  # it shows nothing of what waits
    writes(house, case)
    assert work_off(house) == []
    inside.open("/mailbox/case")
    writes(house, case)

    assert len(work_off(house)) == 1


def test_who_looks_while_it_is_sent_is_told_of_the_next_thing(house, inside, case):
    turned_on(house, inside)
    writes(house, case)
    send = house.staff.mailer.send

    def looks_meanwhile(email):
        house._become("helpdesk_intake")
        inside.open("/mailbox/case")
        house._become("helpdesk_worker")
        send(email)

    house.staff.mailer.send = looks_meanwhile
    assert len(work_off(house)) == 1
    house.staff.mailer.send = send

    assert row(house, case).state is ReminderState.READY
    writes(house, case)
    assert len(work_off(house)) == 1


def test_who_looks_while_it_fails_is_told_of_the_next_thing(house, inside, case):
    turned_on(house, inside)
    tries = watched(house.staff.mailer)
    house.staff.mailer.trouble.append(TemporaryMailError())
    written = writes(house, case)
    assert work_off(house) == []

    inside.open("/mailbox/case")
    assert "couldn’t email you" in inside.text
    assert len(work_off(house, at=written.sent_at + timedelta(hours=1))) == 1
    later = writes(house, case, at=written.sent_at + timedelta(hours=2))

    assert len(work_off(house, at=later.sent_at)) == 1
    # A server that did take the first one drops no other as the same.
    assert len({one.message_id for one in tries}) == len(tries) == 3
    assert row(house, case).state is ReminderState.TOLD


def test_one_that_may_have_arrived_does_not_go_again(house, inside, case):
    turned_on(house, inside)
    house.staff.mailer.trouble.append(UncertainMailError())
    tries = watched(house.staff.mailer)
    written = writes(house, case)
    work_off(house)
    work_off(house, at=written.sent_at + timedelta(hours=2))

    assert len(tries) == 1
    assert row(house, case).state is ReminderState.TOLD


def test_the_site_is_named_only_where_they_chose_it(house, app, browser, code):
    host = urlsplit(house.intake.settings.public_url).hostname
    plain = opened(house, code)
    test_email = turned_on(house, enters(browser, code))
    writes(house, plain)
    [email] = work_off(house)
    for sent in (test_email, email):
        assert host not in wire_text(sent)

    second = ReturnCode.new()
    named = opened(house, second)
    other = Browser(app.test_client())
    turned_on(house, enters(other, second), names_site="y", address=OTHER)
    writes(house, named)
    [email] = work_off(house)
    assert f"http://{host}\n" in email.body


@pytest.mark.parametrize("language", ["es", "fr", "ar", "pt"])
def test_it_speaks_the_language_of_the_page_where_it_was_asked_for(house, inside, case, language):
    turned_on(house, inside)
    change(house, "UPDATE email_reminders SET language = :language", language=language)
    writes(house, case)

    [email] = work_off(house)

    said = load_catalogue_or_source(language).gettext
    assert email.subject == said(SUBJECTS["appointment"]) != SUBJECTS["appointment"]
    assert email.sender_name == said(SENDERS["calendar"]) != SENDERS["calendar"]
    assert "something new" not in email.body
    assert f"/{language}/stop/" in email.body


def test_who_did_not_ask_or_confirm_gets_none(house, inside, case):
    writes(house, case)
    assert work_off(house) == []
    asks(inside)
    work_off(house)
    writes(house, case)

    assert work_off(house) == []


def test_what_one_of_us_noted_that_they_agreed_to_is_told_because_they_are_asked(
    house, inside, case
):
    turned_on(house, inside)
    with house.inside() as work:
        held = work.session.get(Case, case.id)
        casework.record_consent(work, held, kind=ConsentKind.HELP)

    assert len(work_off(house)) == 1


# --- failing --------------------------------------------------------------------------------------


def test_one_that_a_server_refuses_is_said_in_the_mailbox_and_on_the_case_page(house, inside, case):
    turned_on(house, inside)
    house.staff.mailer.trouble.append(PermanentMailError(550))
    writes(house, case)

    assert work_off(house) == []

    assert row(house, case).state is ReminderState.FAILING
    inside.open("/mailbox/case")
    assert "We couldn’t email you" in inside.text
    inside.open("/mailbox/case")  # looking at it does not mend it
    assert "We couldn’t email you" in inside.text
    writes(house, case)  # the next one is tried again
    assert len(work_off(house)) == 1
    inside.open("/mailbox/case")
    assert "We couldn’t email you" not in inside.text


def test_one_that_failed_for_now_is_tried_again_and_is_the_same(house, inside, case):
    turned_on(house, inside)
    tries = watched(house.staff.mailer)
    house.staff.mailer.trouble += [TemporaryMailError(), TemporaryMailError()]
    written = writes(house, case)

    assert work_off(house) == []
    assert work_off(house, at=written.sent_at + timedelta(minutes=5)) == []
    [email] = work_off(house, at=written.sent_at + timedelta(hours=1))

    assert [one.message_id for one in tries] == [email.message_id] * 3
    assert row(house, case).state is ReminderState.TOLD


# --- stopping -------------------------------------------------------------------------------------


def test_a_link_in_each_email_stops_them_without_a_code_or_a_cookie(house, app, inside, case):
    test_email = turned_on(house, inside)
    writes(house, case)
    [email] = work_off(house)
    assert LINK.search(test_email.body)[1] == LINK.search(email.body)[1]
    stranger = Browser(app.test_client())
    link = LINK.search(email.body)[1]

    page = stranger.open(link)
    assert page.status_code == 200
    assert "Helpdesk" not in stranger.text
    assert row(house, case).state is ReminderState.TOLD  # looking at it did nothing
    stranger.send(link)

    assert "any more of these emails" in stranger.text
    found = row(house, case)
    assert found.state is ReminderState.OFF
    assert found.address is found.stop_tag is None
    inside.open("/mailbox/case")
    writes(house, case)
    assert work_off(house) == []


def test_a_process_with_other_pages_too_opens_the_link_under_its_own_host(house):
    client = Client(application_for(house.intake, frozenset({Surface.PUBLIC, Surface.STAFF})))
    link = f"/en/stop/{'0' * 64}"

    assert client.get(link, base_url=house.intake.settings.reminder_url).status_code == 200
    for elsewhere in ("http://staff.test", "http://nowhere.test"):
        assert client.get(link, base_url=elsewhere).status_code in (302, 303, 404)


def test_a_link_that_is_used_unknown_or_false_looks_like_one_that_is_right(
    house, app, inside, case
):
    right = LINK.search(turned_on(house, inside).body)[1]
    stranger = Browser(app.test_client())
    pages = []
    for link in ("/en/stop/" + "0" * 64, "/en/stop/x", right, right):
        first = stranger.open(link).text.replace(link, "")
        stranger.send(link)
        pages.append((re.sub(r'"csrf_token"[^>]*', "", first), stranger.text))

    assert len(set(pages)) == 1


@pytest.mark.parametrize("before", ["asked", "ended", "another", "withdrawn", "two days"])
def test_who_stops_a_test_email_gets_none_for_a_month_whoever_asks(
    house, app, inside, case, before
):
    """Also where the one who asked has gone on: then no case knows of the link any more."""
    asks(inside)
    [email] = work_off(house)
    with house.at_the_door() as work:
        now = work.at
    if before == "ended":
        inside.open(HERE)
        inside.send(f"{HERE}/end")
    elif before == "another":
        asks(inside, address=OTHER)
    elif before == "withdrawn":
        inside.open("/mailbox/case/withdrawal")
        inside.send("/mailbox/case/withdrawal", answers={"is_sure": "y"})
    elif before == "two days":
        ticks(house, now + timedelta(days=2, hours=1))
        assert row(house, case).state is ReminderState.OFF
    stranger = Browser(app.test_client())
    stranger.open(LINK.search(email.body)[1])
    stranger.send(LINK.search(email.body)[1])
    work_off(house)

    ticks(house, now + timedelta(days=7))
    opened(house, second := ReturnCode.new())
    asks(enters(Browser(app.test_client()), second))

    assert work_off(house) == []


def test_who_confirmed_and_stops_them_can_ask_again_the_next_day(house, app, inside, case):
    link = LINK.search(turned_on(house, inside).body)[1]
    stranger = Browser(app.test_client())
    stranger.open(link)
    stranger.send(link)
    change(house, "UPDATE paused_addresses SET until = until - interval '26 hours'")

    asks(inside)

    assert len(work_off(house)) == 1


def test_what_a_link_of_a_test_email_leads_to_is_kept_for_a_month(house, inside, case):
    asks(inside)
    work_off(house)
    with house.at_the_door() as work:
        now = work.at
    kept = []
    for days in (29, 32):
        ticks(house, now + timedelta(days=days))
        house._become("postgres")
        with house.staff.begin() as work:
            kept.append(work.session.scalar(select(func.count()).select_from(StopLinkOfTestEmail)))
        house._become("helpdesk_intake")

    assert kept == [1, 0]


def test_the_address_of_a_test_email_is_free_after_a_day_and_not_before(house, inside, case):
    asks(inside)
    work_off(house)
    house._become("postgres")
    with house.staff.begin() as work:
        at, until = work.at, work.session.scalar(select(PausedTestEmailAddress.until))
    house._become("helpdesk_intake")

    assert timedelta(days=1) <= until - at <= timedelta(days=1, hours=1)


def test_the_mailbox_turns_them_off_and_the_address_is_gone(house, inside, case):
    turned_on(house, inside)
    inside.open(HERE)
    inside.send(f"{HERE}/end")

    assert "’ve deleted the address" in inside.text
    assert row(house, case).address is None
    writes(house, case)
    assert work_off(house) == []


def test_when_a_case_is_closed_they_hear_of_it_and_the_address_goes(house, inside, case):
    turned_on(house, inside)
    with house.inside() as work:
        casework.end_case_work(work, work.session.get(Case, case.id), outcome=CaseOutcome.RESOLVED)

    assert len(work_off(house)) == 1

    assert row(house, case).state is ReminderState.OFF
    with house.inside() as work:
        casework.reopen_case(work, work.session.get(Case, case.id))
    writes(house, case)
    assert work_off(house) == []


def test_who_was_told_and_has_not_looked_is_not_told_again_of_the_end(house, inside, case):
    turned_on(house, inside)
    writes(house, case)
    work_off(house)
    with house.inside() as work:
        casework.end_case_work(work, work.session.get(Case, case.id), outcome=CaseOutcome.RESOLVED)

    assert work_off(house) == []
    assert row(house, case).address is None


def test_who_takes_the_case_back_takes_the_address_back(house, inside, case):
    turned_on(house, inside)
    inside.open("/mailbox/case/withdrawal")
    inside.send("/mailbox/case/withdrawal")

    assert row(house, case).address is None
    asks_again = inside.open(HERE)
    assert "is closed" in asks_again.text


def test_what_a_closed_case_or_an_unconfirmed_address_left_goes_by_itself(house, inside, case):
    turned_on(house, inside)
    with house.inside() as work:
        casework.end_case_work(work, work.session.get(Case, case.id), outcome=CaseOutcome.RESOLVED)
        at = work.at
    ticks(house, at + timedelta(hours=23))
    assert row(house, case).address is not None

    ticks(house, at + timedelta(hours=25))
    assert row(house, case).address is None


def test_an_address_that_nobody_confirms_is_deleted_after_two_days(house, inside, case):
    asks(inside)
    work_off(house)
    with house.at_the_door() as work:
        at = work.at

    ticks(house, at + timedelta(hours=47))
    assert row(house, case).address is not None
    ticks(house, at + timedelta(hours=49))

    assert row(house, case).address is None
    house._become("postgres")
    with house.staff.begin() as work:
        assert list(work.session.scalars(select(PausedTestEmailAddress))) == []
    house._become("helpdesk_intake")


# --- who may, and what stands where ---------------------------------------------------------------


def test_a_reporter_without_an_open_mailbox_can_do_nothing(house, case):
    wording = operations.ReminderAppearance("list", "notes", "en", names_site=False)
    with house.at_the_door(reporter(case.id)) as work:
        work.session.execute(text("SELECT set_config('helpdesk.visit', '', true)"))
        held = work.session.get(Case, case.id)
        with pytest.raises(Conflict):
            operations.ask_for_reminders(work, held, ADDRESS, wording)
        assert operations.own_reminder_overview(work).state is ReminderState.OFF
        with pytest.raises(Conflict):
            operations.confirm_reminders(work, held, "123456")
    assert row(house, case) is None


def test_history_promises_and_log_know_no_address(house, inside, case, caplog):
    caplog.set_level("DEBUG")
    turned_on(house, inside)
    house.staff.mailer.trouble.append(PermanentMailError(550))
    writes(house, case)
    work_off(house)
    inside.open("/mailbox/case")
    inside.open(HERE)
    inside.send(f"{HERE}/end")

    house._become("helpdesk_app")
    with house.staff.begin() as work:
        entries = list(work.session.scalars(select(HistoryEntry).order_by(HistoryEntry.id)))
        promises = list(work.session.scalars(select(OutboxJob)))
    house._become("helpdesk_intake")
    actions = [one.action for one in entries if one.action.startswith("reminder.")]
    assert actions == ["reminder.asked", "reminder.confirmed", "reminder.failed", "reminder.ended"]
    said = [str(one.details) for one in entries] + [str(one.arguments) for one in promises]
    assert not any("@" in one or "post.test" in one for one in [*said, caplog.text])
