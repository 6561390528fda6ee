"""Danger is told, and the case is taken back at once: somebody may have been made to do it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.cases import operations as casework
from helpdesk.cases.disputed_conversations import newest_reporter_activity_ids
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case
from helpdesk.cases.stale_page_marks import reporter_mark_of
from helpdesk.cases.states import CaseOutcome, CaseState
from helpdesk.core import emails
from helpdesk.core.actors import Role, reporter
from helpdesk.core.codes import ReturnCode
from helpdesk.core.errors import NotAllowed, StalePage
from helpdesk.core.outbox import OutboxJob
from helpdesk.duty import operations as duty
from helpdesk.duty.case_closing import obstacles_to_closing
from helpdesk.intake import operations, queries
from helpdesk.triage import danger_alerts, jobs
from helpdesk.triage import operations as triage
from helpdesk.triage import queries as judged
from helpdesk.triage.raised_by_reporter import acknowledge_danger_in_withdrawn_case
from tests.factories import a_case, a_person
from tests.intake.test_danger_now import calls, told


@pytest.fixture
def code():
    return ReturnCode.new()


@pytest.fixture
def case(house, code):
    with house.inside() as work:
        state, owner = CaseState.OPEN, house.responder
        return a_case(work, house.team, code=code, state=state, owner=owner)


@pytest.fixture
def letters(house, monkeypatch):
    """What is emailed to those on duty: for each its subject and its message id."""
    sent = []

    def compose(context, work, case, *, template, kind, **facts):
        facts |= {"ref": case.ref, "level": case.level, "link": "https://desk.test/"}
        return emails.compose_email(context, template, to="duty@desk.test", key=kind, **facts)

    def send(context, case_id, email, *, action, **details):
        sent.append((email.subject, email.message_id, email.body))
        with context.begin() as work:
            work.record(action, work.session.get(Case, case_id), told=[], **details)

    monkeypatch.setattr(jobs, "compose_case_alert", compose)
    monkeypatch.setattr(jobs, "send_case_alert_and_record", send)

    def work_off():
        with house.inside() as work:  # what is put off for want of room is not due yet
            jobs_due = select(OutboxJob).where(
                OutboxJob.job == "triage.call_on_duty",
                OutboxJob.due_at <= work.at + timedelta(minutes=1),
            )
            due = [one.arguments for one in work.session.scalars(jobs_due)]
        with house.backstage() as context:
            for one in due:
                jobs.alert_on_duty(context, **one)
        return sent

    return work_off


def take_back(house, case, code):
    with house.at_the_door(reporter(case.id), own=code.secret()) as work:
        operations.withdraw_case(work, queries.own_case(work))


def on_board(house, who=None):
    with house.inside(who) as work:
        return [one.ref for one in judged.cases_withdrawn_in_danger(work)]


def test_those_on_duty_hear_of_it_all_the_same(house, case, code, letters):
    told(house, case, code)
    take_back(house, case, code)

    assert len(calls(house)) == 2, "one of its own for the withdrawal"
    [(subject, _, body)] = letters()
    assert "has been closed. Please read it" in subject
    assert "may have been made to close it" in body


def test_who_had_heard_of_it_hears_that_it_was_taken_back(
    house,
    case,
    code,
    letters,
):
    told(house, case, code)
    assert len(letters()) == 1
    take_back(house, case, code)

    sent = letters()
    assert len(sent) == 2
    assert len({key for _, key, _ in sent}) == 2, "another message, which no mail program drops"


def test_who_takes_back_what_was_never_in_danger_calls_nobody(house, case, code):
    take_back(house, case, code)

    assert not calls(house)
    assert on_board(house) == []


def test_it_stays_on_the_board_until_a_coordinator_has_seen_it(house, case, code):
    told(house, case, code)
    assert on_board(house) == []
    take_back(house, case, code)
    assert on_board(house) == [case.ref]

    with house.inside() as work, pytest.raises(NotAllowed):
        acknowledge_danger_in_withdrawn_case(work, work.session.get(Case, case.id))
    coordinator = a_coordinator_has_seen_it(house, case)
    assert on_board(house) == []
    with house.inside(coordinator) as work, pytest.raises(StalePage):
        acknowledge_danger_in_withdrawn_case(work, work.session.get(Case, case.id))


def test_what_one_of_us_closed_is_not_on_it(house, case, code):
    told(house, case, code)
    with house.inside() as work:
        found = work.session.get(Case, case.id)
        casework.end_case_work(work, found, outcome=CaseOutcome.WITHDRAWN)

    assert on_board(house) == []


def test_each_time_it_is_told_brings_one_email_and_no_job_another(
    house,
    case,
    code,
    letters,
):
    told(house, case, code)
    letters()
    with house.inside() as work:  # answered, and within minutes it is told again
        triage.correct_reporter_answers(
            work, work.session.get(Case, case.id), {"danger": "none_known"}
        )
    told(house, case, code)
    letters()
    sent = letters()

    assert len(sent) == 2
    assert len({key for _, key, _ in sent}) == 2


def test_jobs_that_the_public_pages_make_up_bring_no_email(house, case, code, letters):
    with house.at_the_door(reporter(case.id), own=code.secret()) as work:
        for at in range(5):
            work.enqueue("triage.call_on_duty", case_id=case.id, risen=1, in_danger=at)
    assert letters() == [], "history says nothing of danger"

    for at in range(20):
        with house.at_the_door(reporter(case.id), own=code.secret()) as work:
            work.record("case.danger_told", queries.own_case(work), was="routine")
            work.enqueue("triage.call_on_duty", case_id=case.id, risen=1, in_danger=100 + at)
        letters()
    assert len(letters()) == danger_alerts.AN_HOUR


def test_emails_of_a_clock_that_was_ahead_silence_no_other(house, case, code, letters):
    with house.inside(at=datetime.now(UTC) + timedelta(days=1)) as work:
        for number in range(danger_alerts.AN_HOUR):
            work.record_about(
                "triage.duty_called", "cases", case.id, case_id=case.id, danger=100 + number
            )

    told(house, case, code)

    assert letters()


@pytest.mark.parametrize("what", ["corrected", "playbook", "answered"])
def test_what_we_do_meanwhile_ends_no_danger(house, case, code, what):
    """Only a colleague who records that it is over, or not known, takes it off."""
    told(house, case, code)
    with house.inside() as work:
        found = work.session.get(Case, case.id)
        if what == "corrected":
            triage.correct_reporter_answers(work, found, {"hold": "unclear"})
        elif what == "playbook":
            duty.start_playbook_and_judge_again(work, found, "doxing")
        else:
            seen = newest_reporter_activity_ids(work, found)
            casework.send_message(work, found, "Are you safe?", seen=seen)
    before = len(calls(house))

    take_back(house, case, code)

    assert len(calls(house)) == before + 1
    assert on_board(house) == [case.ref]


def closing_asks_about_danger(house, case):
    with house.inside() as work:
        said = obstacles_to_closing(
            work, work.session.get(Case, case.id), outcome=CaseOutcome.RESOLVED
        )
    return "is in danger now" in said


def test_closing_asks_until_the_answer_about_danger_itself_is_corrected(house, case, code):
    told(house, case, code)
    with house.inside() as work:
        found = work.session.get(Case, case.id)
        casework.send_message(work, found, "Here.", seen=newest_reporter_activity_ids(work, found))
    assert closing_asks_about_danger(house, case)
    with house.inside() as work:
        triage.correct_reporter_answers(work, work.session.get(Case, case.id), {"hold": "unclear"})
    assert closing_asks_about_danger(house, case)
    with house.inside() as work:
        triage.correct_reporter_answers(work, work.session.get(Case, case.id), {"danger": "unsure"})
    assert not closing_asks_about_danger(house, case)
    told(house, case, code)
    assert closing_asks_about_danger(house, case)


def test_a_board_of_before_clears_no_newer_withdrawal(house, case, code):
    told(house, case, code)
    take_back(house, case, code)
    with house.inside() as work:
        coordinator = a_person(work, Role.COORDINATOR, [house.team])
    with house.inside(coordinator) as work:
        seen = reporter_mark_of(work, work.session.get(Case, case.id))
    told(house, case, code)
    take_back(house, case, code)

    with house.inside(coordinator) as work, pytest.raises(StalePage):
        acknowledge_danger_in_withdrawn_case(work, work.session.get(Case, case.id), seen=seen)
    assert on_board(house) == [case.ref]


def a_coordinator_has_seen_it(house, case):
    with house.inside() as work:
        coordinator = a_person(work, Role.COORDINATOR, [house.team])
    with house.inside(coordinator) as work:
        acknowledge_danger_in_withdrawn_case(work, work.session.get(Case, case.id))
    return coordinator


def writes_that_they_were_made_to(house, case, code):
    with house.at_the_door(reporter(case.id), own=code.secret()) as work:
        own = queries.own_case(work)
        operations.send_message_as_reporter(work, own, body="They made me do it. Please help.")


def test_taken_back_once_more_after_they_wrote_it_is_a_letter_of_its_own(
    house, case, code, letters
):
    told(house, case, code)
    take_back(house, case, code)
    assert len(letters()) == 1
    writes_that_they_were_made_to(house, case, code)
    take_back(house, case, code)

    assert len(letters()) == 2
    assert len({message_id for _, message_id, _ in letters()}) == 2


@pytest.mark.parametrize("is_answered", [False, True])
def test_what_a_coordinator_has_seen_and_nobody_called_over_is_heard_of_when_taken_back_again(
    house, case, code, is_answered
):
    told(house, case, code)
    take_back(house, case, code)
    a_coordinator_has_seen_it(house, case)
    assert on_board(house) == []
    called = len(calls(house))
    writes_that_they_were_made_to(house, case, code)
    if is_answered:
        with house.inside() as work:
            found = work.session.get(Case, case.id)
            casework.send_message(
                work, found, "Here.", seen=newest_reporter_activity_ids(work, found)
            )
    take_back(house, case, code)

    assert len(calls(house)) == called + 1
    assert on_board(house) == [case.ref]


def test_what_was_seen_and_then_recorded_as_over_calls_nobody_when_taken_back_again(
    house, case, code
):
    told(house, case, code)
    take_back(house, case, code)
    a_coordinator_has_seen_it(house, case)
    writes_that_they_were_made_to(house, case, code)
    with house.inside() as work:
        triage.correct_reporter_answers(
            work, work.session.get(Case, case.id), {"danger": "none_known"}
        )
    called = len(calls(house))
    writes_that_they_were_made_to(house, case, code)
    take_back(house, case, code)

    assert len(calls(house)) == called
    assert on_board(house) == []


@pytest.fixture
def told_in_report(house, code):
    with house.inside() as work:
        said = {"danger": "imminent", "hold": "running"}
        case = a_case(work, house.team, code=code, level=Level.IMMEDIATE, rule="R1", answers=said)
        work.enqueue("triage.call_on_duty", case_id=case.id)
    return case


@pytest.mark.parametrize("is_told_of_arrival", [True, False])
def test_a_report_of_danger_that_is_taken_back_unanswered_is_heard_of(
    house, code, told_in_report, letters, is_told_of_arrival
):
    if is_told_of_arrival:
        letters()
    take_back(house, told_in_report, code)

    assert "has been closed. Please read it" in letters()[-1][0]
    assert on_board(house) == [told_in_report.ref]


def test_a_report_of_danger_that_somebody_answered_is_taken_back_without_a_call(
    house, code, told_in_report
):
    called = len(calls(house))
    with house.inside() as work:
        case = work.session.get(Case, told_in_report.id)
        casework.claim_case(work, case)
        casework.send_message(work, case, "Here.", seen=newest_reporter_activity_ids(work, case))
    take_back(house, told_in_report, code)

    assert len(calls(house)) == called
    assert on_board(house) == []
