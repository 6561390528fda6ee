"""Clocks are computed from what was started and stopped."""

from datetime import timedelta

import pytest

from helpdesk.cases import clocks, operations
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseOutcome
from helpdesk.core.actors import reporter
from helpdesk.core.database import new_id
from helpdesk.intake.operations import send_message_as_reporter
from helpdesk.triage.first_reply_clock import start_first_reply_clock
from helpdesk.triage.operations import raise_case_level
from tests.factories import a_case, a_person, a_team, work_as

HOUR = timedelta(hours=1)


@pytest.fixture
def case(context, now):
    with context.begin(at=now) as work:
        queue = a_team(work)
        a_person(work, teams=[queue])
        return a_case(work, queue, level=Level.URGENT)


def test_a_running_clock_is_due_when_its_time_is_used(context, case, now):
    with context.begin(at=now + HOUR) as work:
        events = clocks.clock_events_of(work.session, case.id, clocks.FIRST_REPLY)

    assert clocks.clock_due_at(events) == now + 4 * HOUR == case.reply_due_at
    assert clocks.clock_time_used(events, at=now + HOUR) == HOUR


def test_a_clock_that_starts_behind_turns_of_tomorrow_is_due_when_it_says(context, now):
    """An alarm goes by what is kept of it: one that is due a moment later would say nothing."""
    subject, ahead = new_id(), now + timedelta(days=1, microseconds=345_678)
    with context.begin(at=ahead) as work:
        clocks.start_clock(work, subject, "request_ours", within=HOUR)
    with context.begin(at=now) as work:
        clocks.stop_clock(work, subject, "request_ours")
        events = clocks.clock_events_of(work.session, subject, "request_ours")
        due = clocks.start_clock(work, subject, "request_ours", within=HOUR, events=events)
        work.record_about("test.happened", "tests", "1")

    with context.begin(at=now) as work:
        events = clocks.clock_events_of(work.session, subject, "request_ours")
    assert clocks.clock_due_at(events) == due
    assert abs(due - (now + HOUR)) <= timedelta(seconds=1)


def test_a_new_level_gives_its_time_less_what_has_passed(context, case, now):
    with context.begin(at=now + HOUR / 4) as work:
        found = work.session.get(Case, case.id)
        clocks.start_reply_clock(work, found, within=HOUR / 2)
        work.record("case.level_raised", found)

    assert found.reply_due_at == now + HOUR / 2


def test_a_clock_that_stands_still_is_not_due_and_uses_no_time(context, case, now):
    with context.begin(at=now + HOUR) as work:
        found = work.session.get(Case, case.id)
        clocks.stop_reply_clock(work, found)
        work.record("message.sent", found)
        events = clocks.clock_events_of(work.session, case.id, clocks.FIRST_REPLY)

        assert found.reply_due_at is None
        assert clocks.clock_due_at(events) is None
        assert clocks.clock_time_used(events, at=now + 9 * HOUR) == HOUR


def test_a_case_that_came_back_is_judged_by_its_new_time_alone(context, case, now):
    with context.begin(at=now + 3 * HOUR) as work:
        found = work.session.get(Case, case.id)
        clocks.stop_reply_clock(work, found)
        work.record("message.sent", found)
    with context.begin(at=now + 9 * HOUR) as work:
        found = work.session.get(Case, case.id)
        events = clocks.clock_events_of(work.session, case.id, clocks.FIRST_REPLY)
        found.reply_due_at = clocks.start_clock(
            work, case.id, clocks.FIRST_REPLY, within=4 * HOUR, events=events
        )
        work.record("case.reopened", found)
    for hour, within in ((10, 8), (11, 6)):
        with context.begin(at=now + hour * HOUR) as work:
            found = work.session.get(Case, case.id)
            clocks.start_reply_clock(work, found, within=within * HOUR)
            work.record("case.level_raised", found)
            # the three hours of the first turn are not held against the second
            assert abs(found.reply_due_at - (now + (9 + within) * HOUR)) < HOUR / 60


def test_stopping_what_does_not_run_does_nothing(context, now):
    with context.begin(at=now) as work:
        assert not clocks.stop_clock(work, new_id(), "any")


def test_several_turns_add_up(context, now):
    subject = new_id()
    for start, stop in ((0, 1), (3, 5)):
        with context.begin(at=now + start * HOUR) as work:
            clocks.start_clock(work, subject, "any", within=10 * HOUR)
        with context.begin(at=now + stop * HOUR) as work:
            clocks.stop_clock(work, subject, "any")

    with context.begin(at=now) as work:
        events = clocks.clock_events_of(work.session, subject, "any")
    assert clocks.clock_time_used(events, at=now + 9 * HOUR) == 3 * HOUR


def test_a_case_that_comes_back_at_once_runs_again_though_a_reporters_moment_is_early(context, now):
    with context.begin(at=now) as work:
        queue = a_team(work)
        responder = a_person(work, teams=[queue])
        found = a_case(work, queue, owner=responder)
    with work_as(context, responder, now + timedelta(seconds=90)) as work:
        found = work.session.get(Case, found.id)
        operations.send_message(work, found, "Is it good again?")
        operations.end_case_work(work, found, outcome=CaseOutcome.RESOLVED)

    with context.begin(reporter(found.id), at=now + timedelta(minutes=3)) as work:
        found = work.session.get(Case, found.id)
        send_message_as_reporter(work, found, body="No, they are back.")
        events = clocks.clock_events_of(work.session, found.id, clocks.FIRST_REPLY)
        assert clocks.clock_due_at(events) == found.reply_due_at is not None

    with work_as(context, responder, now + timedelta(minutes=9)) as work:
        found = work.session.get(Case, found.id)
        operations.send_message(work, found, "I look again.")
        assert found.reply_due_at is None


def test_a_word_right_behind_our_answer_has_its_whole_time_whatever_the_level_does_then(
    context, now
):
    with context.begin(at=now) as work:
        queue = a_team(work)
        responder = a_person(work, teams=[queue])
        found = a_case(work, queue, owner=responder, level=Level.URGENT)
        start_first_reply_clock(work, found)
    answered = now + timedelta(minutes=110)
    with work_as(context, responder, answered) as work:
        operations.send_message(work, work.session.get(Case, found.id), "Change the password.")
    with context.begin(reporter(found.id), at=answered + timedelta(minutes=2)) as work:
        send_message_as_reporter(work, work.session.get(Case, found.id), body="Thank you.")

    raised = answered + timedelta(minutes=3)
    with work_as(context, responder, raised) as work:
        found = work.session.get(Case, found.id)
        raise_case_level(work, found, level=Level.IMMEDIATE, reason="They are at the door.")

        assert found.reply_due_at > raised + timedelta(minutes=20)
