"""What waits, waits for something that exists and until a day, and comes back by itself."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from helpdesk.cases import operations
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case
from helpdesk.cases.policy import LONGEST_WAIT, USUAL_WAIT
from helpdesk.cases.states import CaseState, ConsentKind, WaitsOn
from helpdesk.core.actors import reporter
from helpdesk.core.errors import Conflict
from helpdesk.core.history import HistoryEntry
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.core.plausible_days import format_plain_day
from helpdesk.intake.operations import send_message_as_reporter
from helpdesk.triage import operations as triage
from tests.factories import a_case, a_person, sign_in, work_as
from tests.intake.browser import mark_in

DAY = timedelta(days=1)


def a_case_of(context, queue, owner, now, level=Level.SOON):
    with context.begin(at=now) as work:
        return a_case(work, queue, owner=owner, level=level, state=CaseState.OPEN)


def wait(context, asha, case, now, **wish):
    with work_as(context, asha, now) as work:
        found = work.session.get(Case, case.id)
        if wish["waits_on"] is WaitsOn.REPORTER:
            operations.send_message(work, found, "Since when?")
        operations.pause_case(work, found, **wish)
    return found


def case_now(context, case):
    with context.begin() as work:
        return work.session.get(Case, case.id)


def resumptions(context, case):
    with context.begin() as work:
        entries = work.session.query(HistoryEntry).filter_by(case_id=case.id)
        return [one.details for one in entries if one.action == "case.resumed"]


@pytest.mark.parametrize("level", Level)
def test_who_waits_for_the_reporter_gives_them_a_day_and_then_it_is_our_move_again(
    context, queue, asha, now, level
):
    case = a_case_of(context, queue, asha, now, level)
    found = wait(context, asha, case, now, waits_on=WaitsOn.REPORTER)
    assert found.waits_until == now.date() + USUAL_WAIT[level]

    morning = datetime.combine(found.waits_until, datetime.min.time(), UTC)
    run_due_jobs(context, "notices", at=morning - timedelta(minutes=1))
    assert case_now(context, case).state is CaseState.WAITING
    run_due_jobs(context, "notices", at=morning)

    found = case_now(context, case)
    assert (found.state, found.waits_on, found.waits_until) == (CaseState.OPEN, None, None)
    [entry] = resumptions(context, case)
    assert entry["because"] == "reporter_silent"
    # What is promised again is due within that day too: it goes on for as long as it may.
    run_due_jobs(context, "notices", at=max(morning, datetime.now(UTC)) + DAY, seconds=1)
    assert {letter.to for letter in context.mailer.sent} == {"asha@house.test"}


def test_a_day_that_has_come_says_why_the_case_is_back(context, queue, asha, now, staff):
    case = a_case_of(context, queue, asha, now)
    wait(context, asha, case, now, waits_on=WaitsOn.DATE, until=(now + 2 * DAY).date())

    run_due_jobs(context, "notices", at=now + 2 * DAY)

    page = sign_in(staff, asha).get(f"/cases/{case.ref}").text
    assert "The case is open again. The date it was waiting for has come." in page


@pytest.mark.parametrize("on", [WaitsOn.REPORTER, WaitsOn.DATE])
@pytest.mark.parametrize("level", Level)
def test_no_wait_is_longer_than_its_level_allows(context, queue, asha, now, on, level):
    case = a_case_of(context, queue, asha, now, level)
    latest = now.date() + LONGEST_WAIT[level]
    for day in (latest + DAY, date(9999, 12, 31)):
        with pytest.raises(Conflict, match="at most"):
            wait(context, asha, case, now, waits_on=on, until=day)

    assert wait(context, asha, case, now, waits_on=on, until=latest).waits_until == latest


@pytest.mark.parametrize("on", [WaitsOn.REPORTER, WaitsOn.DATE])
def test_a_day_that_is_over_is_refused_and_says_which_day_it_is_in_utc(
    context, queue, asha, now, on
):
    case = a_case_of(context, queue, asha, now)
    with pytest.raises(Conflict, match=r"after today, 2 November 2026.*UTC"):
        wait(context, asha, case, now, waits_on=on, until=now.date())


def test_nobody_waits_for_a_partner_who_has_no_request(context, queue, asha, staff):
    case = a_case_of(context, queue, asha, datetime.now(UTC))
    staff.application.config["WTF_CSRF_ENABLED"] = False

    browser, address = sign_in(staff, asha), f"/cases/{case.ref}/wait"
    mark = mark_in(browser.get(f"/cases/{case.ref}"), address)
    answer = browser.post(address, data={"wait_on": "partner"} | mark)

    assert answer.status_code == 422
    assert "there is no answer to wait for" in answer.text
    with context.begin() as work:
        assert work.session.get(Case, case.id).state is CaseState.OPEN
    with work_as(context, asha) as work, pytest.raises(Conflict, match="has a request about it"):
        operations.pause_case(work, work.session.get(Case, case.id), waits_on=WaitsOn.PARTNER)


def test_nobody_waits_for_a_reporter_who_was_asked_nothing(context, queue, asha, now):
    case = a_case_of(context, queue, asha, now)

    with (
        work_as(context, asha, now) as work,
        pytest.raises(Conflict, match="nothing to answer yet"),
    ):
        operations.pause_case(work, work.session.get(Case, case.id), waits_on=WaitsOn.REPORTER)


def test_nobody_waits_for_a_reporter_who_has_answered(context, queue, asha, now):
    case = a_case_of(context, queue, asha, now)
    wait(context, asha, case, now, waits_on=WaitsOn.REPORTER)
    with context.begin(reporter(case.id), at=now) as work:
        send_message_as_reporter(work, work.session.get(Case, case.id), body="Since Monday.")
    assert case_now(context, case).state is CaseState.OPEN

    with (
        work_as(context, asha, now) as work,
        pytest.raises(Conflict, match="nothing to answer yet"),
    ):
        operations.pause_case(work, work.session.get(Case, case.id), waits_on=WaitsOn.REPORTER)


def test_an_agreement_that_the_reporter_has_to_confirm_is_a_question(context, queue, asha, now):
    case = a_case_of(context, queue, asha, now)
    with work_as(context, asha, now) as work:
        found = work.session.get(Case, case.id)
        operations.record_consent(work, found, kind=ConsentKind.HELPER)
        operations.pause_case(work, found, waits_on=WaitsOn.REPORTER)

    assert case_now(context, case).waits_on is WaitsOn.REPORTER


def test_the_form_says_until_when_it_waits_and_refuses_a_year_that_never_comes(
    context, queue, asha, staff
):
    today = datetime.now(UTC)
    case = a_case_of(context, queue, asha, today)
    staff.application.config["WTF_CSRF_ENABLED"] = False
    browser = sign_in(staff, asha)

    address = f"/cases/{case.ref}/wait"
    never = {"wait_on": "date", "wait_until": "9999-12-31"}
    refused = browser.post(
        address, data=never | mark_in(browser.get(f"/cases/{case.ref}"), address)
    )
    text = {"message_text": "Since when?", "then_wait": "y"}
    page = browser.post(f"/cases/{case.ref}/messages", data=text, follow_redirects=True).text

    assert refused.status_code == 422
    assert "Choose an earlier day" in refused.text
    assert 'value="9999-12-31"' in refused.text
    assert re.search(r'value="date"[^>]* checked', refused.text)
    assert (
        "is waiting for their answer until "
        f"{format_plain_day(case_now(context, case).waits_until)}." in page
    )


@pytest.mark.parametrize(
    "values",
    ["waits_until = NULL", "waits_on = NULL", "state = 'open'"],
)
def test_the_database_keeps_nothing_that_waits_without_a_cause_or_a_day(
    context, queue, asha, now, values
):
    with context.begin(at=now) as work:
        case = a_case(work, queue, state=CaseState.WAITING)
        work.session.flush()
        statement = f"UPDATE cases SET {values} WHERE id = :id"  # noqa: S608 - our own words
        with pytest.raises(IntegrityError, match="waits_until_a_day"), work.session.begin_nested():
            work.session.execute(text(statement), {"id": case.id})


def test_the_alarm_of_an_older_wait_ends_no_newer_one(context, queue, asha, now):
    case = a_case_of(context, queue, asha, now)
    wait(context, asha, case, now, waits_on=WaitsOn.DATE, until=(now + 2 * DAY).date())
    found = wait(context, asha, case, now, waits_on=WaitsOn.DATE, until=(now + 5 * DAY).date())

    run_due_jobs(context, "notices", at=now + 3 * DAY)

    assert found.waits_until == (now + 5 * DAY).date()
    assert case_now(context, case).state is CaseState.WAITING


def raise_it(context, bo, case, at, level):
    with work_as(context, bo, at) as work:
        triage.raise_case_level(
            work, work.session.get(Case, case.id), level=level, reason="A threat."
        )


@pytest.mark.parametrize("on", [WaitsOn.DATE, WaitsOn.REPORTER])
@pytest.mark.parametrize("level", [Level.SOON, Level.IMMEDIATE])
def test_a_case_that_is_raised_is_ours_again_and_its_clock_goes_on(
    context, queue, asha, now, on, level, staff
):
    case = a_case_of(context, queue, asha, now, level=Level.ROUTINE)
    with context.begin() as work:
        bo = a_person(work, teams=[queue])
    with work_as(context, asha, now) as work:
        operations.send_message(work, work.session.get(Case, case.id), "We have it.")
    wait(context, asha, case, now, waits_on=on, until=(now + timedelta(days=80)).date())
    assert case_now(context, case).word_due_at is None

    raise_it(context, bo, case, now + timedelta(hours=1), level)

    found = case_now(context, case)
    assert (found.state, found.waits_until) == (CaseState.OPEN, None)
    assert found.word_due_at is not None
    page = sign_in(staff, asha).get(f"/cases/{case.ref}/history").text
    assert "The case is open again. It became more urgent." in page
