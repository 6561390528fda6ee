"""A flood writes a few letters, and what is urgent in it is spoken of within its own time."""

# ruff: noqa: F401, F811 - fixtures of other files

from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk import ticker
from helpdesk.cases import operations as cases
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case
from helpdesk.core.app_context import AppContext
from helpdesk.core.emails import PermanentMailError
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.core.outbox import OutboxJob
from helpdesk.core.work import round_time_for_reporter
from helpdesk.triage import operations, surge_alerts
from tests.conftest import STAFF, become
from tests.factories import sign_in, work_as
from tests.triage.test_alarms import RUNNING, house, reported
from tests.triage.test_operations import NO

FLOOD = 30
IMMEDIATE = {**RUNNING, "danger": "imminent"}


@dataclass(frozen=True)
class LaterDesk(AppContext):
    """The same desk at the moment that a test sets: jobs look at the clock themselves."""

    moment: object = None

    def begin(self, *arguments, **how):
        return super().begin(*arguments, **{"at": self.moment} | how)


def live(context, at):
    """What ticker and worker do at a moment; the letters that went out."""
    context.mailer.sent.clear()
    parts = {one.name: getattr(context, one.name) for one in fields(AppContext)}
    later = LaterDesk(**parts, moment=at)
    with later.begin() as work:
        surge_alerts.enqueue_surge_alerts(work)
    run_due_jobs(later, "notices", at=at)
    return list(context.mailer.sent)


def flood(context, house, at, *, second=False, answers=RUNNING, number=FLOOD):
    for _ in range(number):
        reported(context, house, round_time_for_reporter(at), answers, in_slow_lane=second)


@pytest.fixture
def start(now):
    return now + timedelta(minutes=1)


@pytest.mark.parametrize("second", [False, True])
def test_a_flood_writes_one_letter_to_each_and_not_one_for_each_case(
    context,
    house,
    start,
    second,
):
    flood(context, house, start, second=second)

    sent = live(context, start)

    assert sorted(letter.to for letter in sent) == ["asha@house.test", "bo@house.test"]
    assert all(str(FLOOD) in letter.subject for letter in sent)
    assert all(("possibly automated" in letter.subject) == second for letter in sent)


def test_the_first_few_have_a_letter_each_and_no_other(context, house, start):
    flood(context, house, start, number=surge_alerts.LETTERS)

    sent = live(context, start)

    assert len(sent) == 2 * surge_alerts.LETTERS
    assert not [letter for letter in sent if "cases in" in letter.subject]
    assert live(context, start + timedelta(minutes=11)) == []


def test_cases_that_have_waited_for_days_make_no_crowd(context, house, start):
    flood(context, house, start - timedelta(days=1), answers=NO)
    case = reported(context, house, round_time_for_reporter(start), IMMEDIATE)

    sent = live(context, start)

    assert {letter.subject for letter in sent} == {f"IMMEDIATE: new case {case.ref}"}


@pytest.mark.parametrize("second", [False, True])
@pytest.mark.parametrize("late_by", [0, 2, 7, 12])
def test_an_immediate_report_in_a_flood_is_spoken_of_within_ten_minutes(
    context,
    house,
    start,
    late_by,
    second,
):
    flood(context, house, start, second=second)
    live(context, start)
    came = start + timedelta(minutes=late_by)
    reported(context, house, round_time_for_reporter(came), IMMEDIATE, in_slow_lane=second)

    heard = []
    for minute in range(12):
        sent = live(context, came + timedelta(minutes=minute))
        heard += [(minute, letter.to) for letter in sent if letter.subject.startswith("IMMEDIATE:")]

    assert heard
    assert heard[0][0] <= 10
    assert len(heard) <= 4, "one in ten minutes to each"


def test_a_flood_that_goes_on_for_two_hours_writes_few_letters(context, house, start):
    letters = []
    for minute in range(0, 120, 4):
        at = start + timedelta(minutes=minute)
        flood(context, house, at, second=True, answers=IMMEDIATE, number=4)
        letters += [(letter.to, letter.message_id) for letter in live(context, at)]

    assert len([one for one in letters if one[0] == "asha@house.test"]) <= 12
    assert len(letters) <= 3 * 13
    assert {to for to, _ in letters} == {"asha@house.test", "bo@house.test", "cleo@house.test"}


def test_honest_reports_have_letters_of_their_own_while_the_second_lane_is_flooded(
    context,
    house,
    start,
):
    flood(context, house, start, second=True, answers=IMMEDIATE)
    live(context, start)
    case = reported(context, house, round_time_for_reporter(start), IMMEDIATE)

    sent = live(context, start + timedelta(minutes=1))

    assert {letter.subject for letter in sent} == {f"IMMEDIATE: new case {case.ref}"}


def test_what_a_quiet_second_lane_waits_for_is_said_once(context, house, start):
    flood(context, house, start, second=True, number=1)

    sent = [live(context, start + timedelta(minutes=minute)) for minute in range(0, 50, 5)]

    assert [len(one) for one in sent] == [2] + [0] * 9
    assert "1 possibly automated case in" in sent[0][0].subject


def test_the_alarms_of_the_second_lane_climb(context, house, start):
    flood(context, house, start, second=True, number=1, answers=IMMEDIATE)

    sent = {minute: live(context, start + timedelta(minutes=minute)) for minute in range(0, 40, 2)}

    assert [minute for minute, letters in sent.items() if letters] == [0, 14, 22, 30]
    assert {one.to for one in sent[22]} == {"cleo@house.test"}
    assert {one.to for one in sent[30]} == {"cleo@house.test"}


def test_a_case_of_the_second_lane_makes_no_promise_of_its_own(context, house, start):
    flood(context, house, start, second=True, number=3)

    with context.sessions() as session:
        assert session.query(OutboxJob).count() == 0


def test_who_takes_one_of_the_second_lane_has_its_alarms(context, house, start):
    case = reported(context, house, start, IMMEDIATE, in_slow_lane=True)
    with work_as(context, house.asha, start + timedelta(minutes=16)) as work:
        cases.claim_case(work, work.session.get_one(Case, case.id))

    with context.sessions() as session:
        assert not session.get_one(Case, case.id).in_slow_lane
        promised = [
            (one.job, one.arguments["percent"])
            for one in session.query(OutboxJob).order_by("due_at")
        ]
    assert promised == [("triage.alarm", 50), ("triage.alarm", 75), ("triage.alarm", 100)]


JUDGED = {
    "raised by hand": lambda work, case: operations.raise_case_level(
        work, case, level=Level.IMMEDIATE, reason="They are at the door."
    ),
    "answers corrected": lambda work, case: operations.correct_reporter_answers(
        work, case, {"danger": "imminent"}
    ),
}


@pytest.mark.parametrize("judged", JUDGED)
@pytest.mark.parametrize("second", [False, True])
@pytest.mark.parametrize("in_flood", [False, True])
def test_a_case_that_becomes_immediate_hours_after_it_came_is_spoken_of_at_once(
    context, house, start, judged, second, in_flood
):
    case = reported(context, house, round_time_for_reporter(start), NO, in_slow_lane=second)
    later = start + timedelta(hours=5)
    if in_flood:
        flood(context, house, later)
        live(context, later)
    with work_as(context, house.asha, later) as work:
        JUDGED[judged](work, work.session.get_one(Case, case.id))

    sent = live(context, later + timedelta(minutes=1))

    risen = f"IMMEDIATE: case {case.ref} is more urgent now"
    assert {one.to for one in sent if one.subject == risen} == {"asha@house.test", "bo@house.test"}


def test_an_answered_case_that_nobody_has_and_that_is_raised_calls_those_on_duty(
    context, house, start
):
    case = reported(context, house, start, RUNNING)
    first = live(context, start)
    with work_as(context, house.asha, start) as work:
        cases.send_message(work, work.session.get_one(Case, case.id), "We are on it.")
    with work_as(context, house.asha, start + timedelta(minutes=5)) as work:
        JUDGED["raised by hand"](work, work.session.get_one(Case, case.id))

    sent = live(context, start + timedelta(minutes=6))

    assert {one.to for one in sent} == {"asha@house.test", "bo@house.test"}
    ids = {one.message_id for one in first}
    assert not ids & {one.message_id for one in sent}, "mail programs drop what they have already"


def test_a_letter_about_many_that_reached_no_one_is_tried_again_and_red_meanwhile(
    context,
    house,
    staff,
    start,
):
    flood(context, house, start, second=True)
    context.mailer.trouble.extend([PermanentMailError()] * 3)
    assert live(context, start) == []

    with work_as(context, house.bo, start + timedelta(minutes=4)) as work:
        assert surge_alerts.is_surge_alert_overdue(work, house.team.id)
    sent = live(context, start + timedelta(minutes=6))

    assert {letter.to for letter in sent} == {"asha@house.test", "bo@house.test"}
    with work_as(context, house.bo, start + timedelta(minutes=10)) as work:
        assert not surge_alerts.is_surge_alert_overdue(work, house.team.id)


def test_the_ticker_promises_the_letter(context, house, start):
    flood(context, house, start, second=True, number=1)

    become(context, "helpdesk_ticker")
    for _ in range(3):
        ticker.tick(context, at=start)
    become(context, STAFF)

    with context.sessions() as session:
        [outbox_job] = session.query(OutboxJob).all()
    assert (outbox_job.job, outbox_job.arguments["second"]) == (surge_alerts.JOB, 1)


def test_the_board_is_red_while_nobody_has_heard_of_a_lane(context, house, staff):
    flood(context, house, datetime.now(UTC) - timedelta(minutes=6), second=True, number=1)

    page = sign_in(staff, house.bo).get("/duty").text

    assert "Nobody could be alerted to the number of cases in" in page


def test_however_often_a_reporter_writes_there_is_a_letter_now_and_one_in_ten_minutes(
    context, house, start
):
    case = reported(context, house, start, NO)

    def write(times):
        with context.begin(at=start) as work:
            for _ in range(times):
                work.enqueue("triage.tell_owner", case_id=case.id)

    write(20)
    sent = {minute: live(context, start + timedelta(minutes=minute)) for minute in range(0, 30, 2)}

    assert [minute for minute, letters in sent.items() if letters] == [0, 10]
    assert all(len(letters) == 2 for letters in sent.values() if letters), "to each on duty"
    write(1)
    assert len(live(context, start + timedelta(minutes=40))) == 2, "later, at once again"


def test_what_was_told_while_the_clock_was_a_day_ahead_silences_nobody(context, house, start):
    ahead = start + timedelta(days=1)
    flood(context, house, ahead)
    assert live(context, ahead)

    heard = 0
    for minutes in (0, 15, 60, 240, 900):
        moment = start + timedelta(minutes=minutes)
        reported(context, house, round_time_for_reporter(moment), IMMEDIATE)
        heard += bool(live(context, moment))

    assert heard == 5
