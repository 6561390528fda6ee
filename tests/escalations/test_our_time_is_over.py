"""When our own time to answer a partner, or to get a request to it, is over, somebody is called."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, News
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.states import CaseState
from helpdesk.core.emails import PermanentMailError
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.core.outbox import OutboxJob
from helpdesk.escalations import clocks, operations
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.priorities import VERIFIED_WITHIN
from helpdesk.escalations.states import PartnerAction, Priority, Reason, Verdict
from tests.escalations.conftest import at
from tests.factories import sign_in

LATE = timedelta(minutes=31)


@pytest.fixture
def house(house):
    house.change_case(level=Level.IMMEDIATE, owner_id=house.writer.person.id, reply_due_at=None)
    return house


def told(house, *, later):
    """Who is told that a request is late, when the worker looks so much later."""
    house.context.mailer.sent.clear()
    moment = datetime.now(UTC) + later
    run_due_jobs(at(house.context, moment), "notices", at=moment)
    return [one.to for one in house.context.mailer.sent if "is late" in one.subject]


@pytest.fixture
def asked(house):
    escalation = house.carried()
    with house.as_(house.theirs) as work:
        operations.ask_for_information(work, house.mine(work, escalation), question="Which one?")
    return escalation


def test_somebody_is_called_when_our_time_to_answer_a_partner_is_over(house, asked):
    assert told(house, later=timedelta(minutes=20)) == []

    assert told(house, later=LATE) == ["lead@helpdesk.test"], "who has not heard of it is called"

    [letter] = [one for one in house.context.mailer.sent if "is late" in one.subject]
    assert asked.ref in letter.subject
    assert "nobody has answered" in letter.body
    assert "Which one?" not in letter.body
    told(house, later=LATE + timedelta(minutes=1))
    with house.context.begin() as work:
        whose = select(News.person_id).where(News.what == NewsKind.OUR_MOVE_LATE)
        assert work.session.scalars(whose).all() == [house.writer.person.id]


def test_nobody_is_called_once_it_was_answered(house, asked):
    house.answer(asked)

    assert told(house, later=LATE) == []


def test_an_old_question_is_not_called_for_when_there_is_a_new_one(house, asked):
    house.answer(asked)
    moment = datetime.now(UTC) + timedelta(minutes=20)
    with house.as_(house.theirs, moment) as work:
        operations.ask_for_information(work, house.mine(work, asked), question="And this?")

    assert told(house, later=LATE) == []
    assert told(house, later=timedelta(minutes=51)) == ["lead@helpdesk.test"]


def test_somebody_is_called_for_a_request_that_could_not_be_sent(house):
    escalation = house.approved()
    house.context.mailer.trouble.append(PermanentMailError(550))
    house.carry(escalation)

    assert told(house, later=timedelta(minutes=20)) == []
    assert told(house, later=LATE) == ["lead@helpdesk.test"]


def test_it_is_queued_with_the_question(house, asked):
    with house.context.begin() as work:
        due = work.session.scalars(
            select(OutboxJob.due_at).where(OutboxJob.job == "triage.request_alarm")
        ).all()
        case = work.session.get(Case, house.case.id)
    assert case.level is Level.IMMEDIATE
    assert len(due) == 1


def decide(house, escalation):
    with house.as_(house.theirs) as work:
        operations.record_partner_decision(
            work,
            house.mine(work, escalation),
            action=PartnerAction.ACCESS_RESTORED,
            reason=Reason.POLICY_BREACH,
        )


def judge(house, escalation, verdict):
    with house.as_reporter() as work:
        operations.record_verdict(
            work, work.session.get(Escalation, escalation.id), verdict=verdict
        )


@pytest.fixture
def decided(house):
    escalation = house.carried()
    decide(house, escalation)
    return escalation


def test_somebody_is_called_when_nobody_says_whether_what_was_decided_is_so(house, decided, staff):
    with house.as_(house.writer) as work:
        due = clocks.our_move_due_at(work, house.mine(work, decided))
    within = VERIFIED_WITHIN[house.now(decided).priority]
    assert abs(due - datetime.now(UTC) - within) < timedelta(minutes=1)
    page = sign_in(staff, house.writer).get(f"/cases/{house.case.ref}/requests/{decided.ref}")
    assert "To find out whether it’s fixed" in page.text

    assert told(house, later=within - timedelta(minutes=1)) == []
    assert told(house, later=within + timedelta(minutes=1)) == ["lead@helpdesk.test"]
    [letter] = [one for one in house.context.mailer.sent if "is late" in one.subject]
    assert "nobody has said yet whether it is" in letter.body
    assert told(house, later=within + timedelta(minutes=2)) == [], "each alarm is one"


@pytest.mark.parametrize("verdict", [Verdict.CONFIRMED, Verdict.NOT_EFFECTIVE])
def test_nobody_is_called_once_the_reporter_has_said_it(house, decided, verdict):
    judge(house, decided, verdict)

    assert told(house, later=VERIFIED_WITHIN[Priority.P1] + timedelta(minutes=1)) == []


def test_who_cannot_tell_yet_stops_no_clock(house, decided):
    judge(house, decided, Verdict.CANNOT_TELL)

    assert told(house, later=VERIFIED_WITHIN[house.now(decided).priority] + timedelta(minutes=1))


def test_of_a_closed_case_nobody_is_called(house, decided):
    house.change_case(state=CaseState.CLOSED)

    assert told(house, later=VERIFIED_WITHIN[Priority.P4] + timedelta(minutes=1)) == []
