"""The clock of our next word: what starts, pauses and ends it; no act wipes what is owed."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from helpdesk.cases import clocks, operations, queries
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseOutcome, CaseState, WaitsOn
from helpdesk.core.actors import reporter
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.core.outbox import OutboxJob
from helpdesk.intake.operations import send_message_as_reporter, withdraw_case
from helpdesk.triage.first_reply_clock import response_plan_for, start_first_reply_clock
from helpdesk.triage.operations import raise_case_level
from tests.factories import a_case, a_person, sign_in, work_as

HOUR = timedelta(hours=1)
DAY = 24 * HOUR


def a_running_case(context, queue, owner, now, level=Level.URGENT):
    with context.begin(at=now) as work:
        case = a_case(work, queue, owner=owner, level=level, state=CaseState.OPEN)
        start_first_reply_clock(work, case)
    return case


def say(context, asha, case, at):
    with work_as(context, asha, at) as work:
        operations.send_message(work, work.session.get(Case, case.id), "We are on it.")


def now_of(context, case):
    with context.begin() as work:
        return work.session.get(Case, case.id)


@pytest.mark.parametrize("level", Level)
def test_the_next_word_is_due_as_often_as_the_level_says(context, queue, asha, now, level):
    case = a_running_case(context, queue, asha, now, level)
    assert now_of(context, case).word_due_at is None

    say(context, asha, case, now + HOUR / 4)

    found = now_of(context, case)
    assert found.reply_due_at is None
    assert found.word_due_at == now + HOUR / 4 + response_plan_for(level).next_word == found.due_at

    say(context, asha, case, now + HOUR)
    assert (
        abs(now_of(context, case).word_due_at - now - HOUR - response_plan_for(level).next_word)
        < HOUR / 60
    )


def test_it_is_paused_while_the_reporter_or_a_day_has_the_move_and_goes_on_with_what_was_used(
    context, queue, asha, now
):
    case = a_running_case(context, queue, asha, now)
    say(context, asha, case, now)
    with work_as(context, asha, now + 20 * HOUR) as work:
        until = (now + 5 * DAY).date()
        operations.pause_case(
            work, work.session.get(Case, case.id), waits_on=WaitsOn.DATE, until=until
        )
    assert now_of(context, case).word_due_at is None

    with work_as(context, asha, now + 90 * HOUR) as work:
        operations.resume_case(work, work.session.get(Case, case.id))

    assert abs(now_of(context, case).word_due_at - (now + 94 * HOUR)) < HOUR / 60


def test_closing_and_opening_again_wipes_no_word_that_is_owed(context, queue, asha, now):
    case = a_running_case(context, queue, asha, now)
    say(context, asha, case, now)
    late = now + 30 * HOUR
    with work_as(context, asha, late) as work:
        operations.end_case_work(
            work, work.session.get(Case, case.id), outcome=CaseOutcome.REFERRED
        )
    assert now_of(context, case).due_at is None

    with work_as(context, asha, late + DAY) as work:
        operations.reopen_case(work, work.session.get(Case, case.id))

    # 30 hours of the 24 were used, and they stay used
    assert abs(now_of(context, case).word_due_at - (late + DAY - 6 * HOUR)) < HOUR / 60


@pytest.mark.parametrize("by", ["staff", "reporter"])
def test_closing_and_opening_again_is_no_answer(context, queue, asha, now, by):
    case = a_running_case(context, queue, asha, now)
    with work_as(context, asha, now + HOUR) as work:
        operations.end_case_work(work, work.session.get(Case, case.id), outcome=CaseOutcome.SPAM)
    assert now_of(context, case).reply_due_at is None

    later = now + 50 * HOUR
    if by == "staff":
        with work_as(context, asha, later) as work:
            operations.reopen_case(work, work.session.get(Case, case.id))
    else:
        with context.begin(reporter(case.id), at=later) as work:
            send_message_as_reporter(work, work.session.get(Case, case.id), body="Please hurry.")

    # one of the two hours was used
    assert abs(now_of(context, case).reply_due_at - (later + HOUR)) < HOUR / 6
    with work_as(context, asha, later + HOUR / 2) as work:
        assert not queries.was_reporter_answered(work, case)


def test_a_case_that_its_reporter_took_back_and_writes_to_owes_what_it_owed(
    context, queue, asha, now
):
    case = a_running_case(context, queue, asha, now)
    with context.begin(reporter(case.id), at=now + HOUR) as work:
        withdraw_case(work, work.session.get(Case, case.id))
    with context.begin(reporter(case.id), at=now + 9 * HOUR) as work:
        send_message_as_reporter(work, work.session.get(Case, case.id), body="It is back.")

    assert abs(now_of(context, case).reply_due_at - (now + 10 * HOUR)) < HOUR / 6


def test_a_higher_level_makes_the_next_word_due_sooner_and_counts_what_was_used(
    context, queue, asha, now
):
    case = a_running_case(context, queue, asha, now)
    say(context, asha, case, now)
    with work_as(context, asha, now + 3 * HOUR) as work:
        found = work.session.get(Case, case.id)
        raise_case_level(work, found, level=Level.IMMEDIATE, reason="They are at the door.")

    assert abs(now_of(context, case).word_due_at - (now + 4 * HOUR)) < HOUR / 60


def test_its_alarms_climb_like_those_of_the_answer_and_fall_silent_with_a_word(
    context, queue, asha, now
):
    with context.begin(at=now) as work:
        a_person(work, teams=[queue], name="Cleo", role="coordinator", email="cleo@house.test")
    case = a_running_case(context, queue, asha, now)
    say(context, asha, case, now)
    for hours, expected in ((13, {"asha"}), (19, {"asha", "cleo"}), (25, {"asha", "cleo"})):
        run_due_jobs(context, "notices", at=now + hours * HOUR)
        told = {letter.to.partition("@")[0] for letter in context.mailer.sent}
        assert told == expected
        assert all("We are on it" not in letter.body for letter in context.mailer.sent)
    assert len(context.mailer.sent) == 3
    assert f"URGENT: next update due on case {case.ref}" in context.mailer.sent[0].subject

    say(context, asha, case, now + 26 * HOUR)
    run_due_jobs(context, "notices", at=now + 27 * HOUR)
    assert len(context.mailer.sent) == 3


def test_the_alarm_of_a_word_that_was_paused_says_nothing(context, queue, asha, now):
    case = a_running_case(context, queue, asha, now)
    say(context, asha, case, now)
    with work_as(context, asha, now + HOUR) as work:
        until = (now + 9 * DAY).date()
        operations.pause_case(
            work, work.session.get(Case, case.id), waits_on=WaitsOn.DATE, until=until
        )

    run_due_jobs(context, "notices", at=now + 3 * DAY)

    assert context.mailer.sent == []


def test_a_case_last_written_to_days_ago_stands_on_the_board_and_in_the_queue_as_late(
    context, queue, asha, staff
):
    now = datetime.now(UTC)
    case = a_running_case(context, queue, asha, now - 5 * DAY)
    say(context, asha, case, now - 4 * DAY)
    browser = sign_in(staff, asha)

    board, queued = browser.get("/duty").text, browser.get(f"/queues/{queue.slug}").text
    page = browser.get(f"/cases/{case.ref}").text

    assert "Our answer or update is late" in board
    for words in (board, queued):
        assert case.ref in words
        assert re.search(r"3 days( 1 hour)? late", words)
    assert "our next update is" in page


def test_the_queue_is_in_the_order_in_which_words_are_due(context, queue, asha, now):
    cases = [a_running_case(context, queue, None, now + n * HOUR) for n in range(3)]
    say(context, asha, cases[0], now + 20 * HOUR)  # due last now

    with work_as(context, asha, now + 20 * HOUR) as work:
        found = work.session.scalars(queries.unclaimed_cases_of(work, queue)).all()

    assert [case.id for case in found] == [cases[1].id, cases[2].id, cases[0].id]


ACTS = ("word", "wait", "resume", "close", "reopen", "rise", "message")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, 40)), max_size=12))
def test_time_used_never_shrinks_and_counts_no_pause(context, queue, asha, now, acts):
    """Against a count that is kept by hand: time since our last word in which it was our move."""
    case = a_running_case(context, queue, asha, now, Level.ROUTINE)
    say(context, asha, case, now)
    at, used, owed = now, timedelta(0), None
    for act, hours in acts:
        before = now_of(context, case)
        runs = before.state is CaseState.OPEN
        at += hours * HOUR
        used += hours * HOUR if runs else timedelta(0)
        owed = owed + hours * HOUR if owed is not None and not before.is_closed else owed
        if act == "message" or _is_possible(act, before):
            _do(context, asha, case, act, at)
        if act == "word" and not before.is_closed:
            used, owed = timedelta(0), None
        if act == "message" and owed is None:
            owed = timedelta(0)

        found = now_of(context, case)
        with context.begin(at=at) as work:
            word = clocks.clock_events_of(work.session, case.id, clocks.NEXT_WORD)
        assert abs(clocks.clock_time_used_since_stop(word, at=at) - used) < HOUR / 60
        if found.state is CaseState.OPEN:
            left = response_plan_for(found.level).next_word - used
            assert abs(found.word_due_at - (at + left)) < HOUR / 60
        else:
            assert found.word_due_at is None
        if owed is not None and not found.is_closed:
            left = response_plan_for(found.level).first_reply - owed
            assert abs(found.reply_due_at - (at + left)) < HOUR / 6
        else:
            assert found.reply_due_at is None


def _is_possible(act, case):
    if act == "reopen":
        return case.is_closed
    if act == "resume":
        return case.state is CaseState.WAITING
    if act == "rise":
        return not case.is_closed and case.level is not Level.IMMEDIATE
    return not case.is_closed


def _do(context, asha, case, act, at):
    if act == "message":
        with context.begin(reporter(case.id), at=at) as work:
            send_message_as_reporter(work, work.session.get(Case, case.id), body="Again.")
        return
    with work_as(context, asha, at) as work:
        found = work.session.get(Case, case.id)
        match act:
            case "word":
                operations.send_message(work, found, "We are on it.")
            case "wait":
                day = (at + 2 * DAY).date()
                operations.pause_case(work, found, waits_on=WaitsOn.DATE, until=day)
            case "resume":
                operations.resume_case(work, found)
            case "close":
                operations.end_case_work(work, found, outcome=CaseOutcome.REFERRED)
            case "reopen":
                operations.reopen_case(work, found)
            case "rise":
                above = next(one for one in Level if one.rank == found.level.rank + 1)
                raise_case_level(work, found, level=above, reason="It grows.")


def test_no_alarm_is_promised_for_what_is_not_owed(context, queue, asha, now):
    case = a_running_case(context, queue, asha, now)
    say(context, asha, case, now)

    with context.begin() as work:
        promised = select(OutboxJob).where(OutboxJob.job == "triage.word_alarm")
        percents = [one.arguments["percent"] for one in work.session.scalars(promised)]

    assert sorted(percents) == [50, 75, 100]
