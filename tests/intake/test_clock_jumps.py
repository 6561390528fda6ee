"""A clock that was ahead and is put right, or was behind: the life of a case goes on by the time
that it is then."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from helpdesk.cases import clocks
from helpdesk.cases import operations as casework
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, ClockEvent, ConversationChannel, Message
from helpdesk.cases.response_targets import response_plan_of
from helpdesk.cases.states import CaseState
from helpdesk.core.actors import reporter
from helpdesk.core.codes import ReturnCode
from helpdesk.core.history import HistoryEntry
from helpdesk.core.outbox import OutboxJob
from helpdesk.core.work import REPORTERS_CLOCK
from helpdesk.intake import operations, queries
from helpdesk.triage import operations as triage
from tests.factories import a_case

DAY = timedelta(days=1)
# What the policies of the public pages take: migrations 0027 and 0032.
AN_HOUR = timedelta(minutes=70)
FURTHEST = timedelta(days=400)
# A minute, an hour, days: how far a clock is set.
JUMPS = [timedelta(minutes=n) for n in (0, 1, 4, 9, 45, 90, 600, 1440, 4320, 14_400)]
LIVES, ACTS = 24, 8


@pytest.fixture
def code():
    return ReturnCode.new()


def begin_case(house, code, *, at, level=Level.SOON):
    with house.inside(at=at) as work:
        return a_case(
            work,
            house.team,
            code=code,
            level=level,
            state=CaseState.NEW,
            owner=None,
            answers={"danger": "none_known"},
        )


def raise_level(house, case, code, at):
    with house.inside(at=at) as work:
        found = work.session.get(Case, case.id)
        if found.level is not Level.IMMEDIATE:
            level = [*Level][found.level.rank + 1]
            triage.raise_case_level(work, found, level=level, reason="x")


def answer(house, case, code, at):
    with house.inside(at=at) as work:
        casework.send_message(work, work.session.get(Case, case.id), "We are looking into it.")


def write(house, case, code, at):
    with house.at_the_door(reporter(case.id), own=code.secret(), at=at) as work:
        operations.send_message_as_reporter(work, queries.own_case(work), body="They are here.")


def press_danger(house, case, code, at):
    with house.at_the_door(reporter(case.id), own=code.secret(), at=at) as work:
        operations.report_danger(work, queries.own_case(work))


ACTIONS = (raise_level, answer, write, press_danger)


def promises(house, case, at):
    """What the case promises now, and how much of it was used."""
    with house.inside(at=at) as work:
        found = work.session.get(Case, case.id, populate_existing=True)
        used = [
            clocks.clock_time_used(clocks.clock_events_of(work.session, case.id, clock), at=at)
            for clock in (clocks.FIRST_REPLY, clocks.NEXT_WORD)
        ]
        plan = response_plan_of(found)
        due = (found.reply_due_at, found.word_due_at)
        return due, (at + plan.first_reply, at + plan.next_word), used


def written(house, case, model, moment, whose):
    with house.inside() as work:
        return {
            one.id: getattr(one, moment)
            for one in work.session.scalars(select(model).where(whose == case.id))
        }


@pytest.mark.parametrize("seed", range(LIVES))
def test_however_clocks_are_set_nothing_is_due_later_than_for_a_new_case(house, code, seed):
    chance = random.Random(seed)  # noqa: S311 - not a secret
    right, ahead = datetime.now(UTC), chance.choice(JUMPS)
    case = begin_case(house, code, at=right + ahead, level=chance.choice([*Level]))
    for _ in range(ACTS):
        right += timedelta(minutes=chance.choice((0, 1, 7, 50, 400)))
        if chance.random() < 0.5:
            ahead = chance.choice((-1, 1)) * chance.choice(JUMPS)
        at, act = right + ahead, chance.choice(ACTIONS)
        before, _fresh, _used = promises(house, case, at)
        messages = written(house, case, Message, "sent_at", Message.case_id)
        turns = written(house, case, ClockEvent, "at", ClockEvent.subject_id)

        act(house, case, code, at)

        due, fresh, used = promises(house, case, at)
        for was, now, latest in zip(before, due, fresh, strict=True):
            if now is not None and now != was:
                assert now <= latest + REPORTERS_CLOCK + timedelta(seconds=1), act.__name__
        assert min(used) >= timedelta(0)
        told = written(house, case, Message, "sent_at", Message.case_id)
        for one in told.keys() - messages.keys():
            assert abs(told[one] - at) <= AN_HOUR
        turned = written(house, case, ClockEvent, "at", ClockEvent.subject_id)
        for one in turned.keys() - turns.keys():
            assert at - AN_HOUR <= turned[one] <= at + FURTHEST


@pytest.mark.parametrize("act", [raise_level, press_danger])
def test_a_case_of_a_day_ahead_that_becomes_immediate_is_due_and_alarmed_as_a_new_one(
    house, code, act
):
    now = datetime.now(UTC)
    case = begin_case(house, code, at=now + DAY, level=Level.URGENT)

    act(house, case, code, now)

    due, fresh, _used = promises(house, case, now)
    assert due[0] <= fresh[0] + timedelta(seconds=1)
    with house.inside(at=now) as work:
        asked = select(OutboxJob.arguments, OutboxJob.due_at).where(
            OutboxJob.job == "triage.alarm", OutboxJob.due_at < fresh[0] + timedelta(seconds=1)
        )
        alarms = {arguments["percent"] for arguments, _due in work.session.execute(asked)}
    assert alarms >= {50, 75, 100}


def test_an_answer_of_a_day_ahead_shuts_no_reporter_up(house, code):
    now = datetime.now(UTC)
    case = begin_case(house, code, at=now - DAY)
    answer(house, case, code, now + DAY)

    for act in (write, press_danger):
        before = written(house, case, Message, "sent_at", Message.case_id)
        act(house, case, code, now)
        after = written(house, case, Message, "sent_at", Message.case_id)
        (sent_at,) = (after[one] for one in after.keys() - before.keys())
        assert abs(sent_at - now) <= AN_HOUR


def test_a_question_of_this_hour_still_comes_before_its_answer(house, code):
    now = datetime.now(UTC).replace(minute=34, second=40)
    case = begin_case(house, code, at=now - DAY)
    answer(house, case, code, now)

    write(house, case, code, now + timedelta(seconds=10))

    sent = written(house, case, Message, "sent_at", Message.case_id)
    assert sorted(sent.values())[0] == now


def test_a_talk_on_a_case_of_a_day_ahead_can_be_written_down(house, code):
    now = datetime.now(UTC)
    case = begin_case(house, code, at=now + DAY)

    with house.inside(at=now) as work:
        casework.record_conversation(
            work,
            work.session.get(Case, case.id),
            way=ConversationChannel.TELEPHONE,
            spoke_at=now - timedelta(minutes=5),
            reached=True,
            summary="They are safe.",
        )

    due, fresh, _used = promises(house, case, now)
    assert due[1] <= fresh[1] + timedelta(seconds=1)


def test_a_press_of_a_day_ahead_swallows_no_later_one(house, code):
    now = datetime.now(UTC)
    case = begin_case(house, code, at=now)
    press_danger(house, case, code, now + DAY)
    press_danger(house, case, code, now + timedelta(hours=3))

    with house.inside() as work:
        told = (
            select(func.count())
            .select_from(HistoryEntry)
            .where(HistoryEntry.case_id == case.id, HistoryEntry.action == "case.danger_told")
        )
        assert work.session.scalar(told) == 2
