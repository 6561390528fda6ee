"""A case becomes more urgent, and so does what partners were asked for it; nothing ever falls."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case
from helpdesk.escalations import clocks, jobs, operations
from helpdesk.escalations.priorities import OUR_MOVE_WITHIN
from helpdesk.escalations.states import EscalationState, Priority, Verdict
from helpdesk.intake import operations as intake
from helpdesk.triage import operations as triage
from tests.conftest import become
from tests.escalations.test_decision_rules import decide
from tests.escalations.test_partner_in_doubt import queued
from tests.factories import sign_in


@pytest.fixture
def routine(house):
    house.change_case(level=Level.ROUTINE)
    return house


def follow(house):
    """What the worker does when it hears of it."""
    [told] = queued(house, "escalations.follow_level")[-1:]
    before = become(house.context, "helpdesk_worker")
    jobs.raise_requests_to_case_level(house.context, **told)
    become(house.context, before)


def raise_it(house, level=Level.IMMEDIATE):
    with house.as_(house.second) as work:
        case = work.session.get(Case, house.case.id)
        triage.raise_case_level(work, case, level=level, reason="At the door")
    follow(house)


def test_a_request_that_is_out_follows_its_case_and_the_partner_has_less_time(routine):
    escalation = routine.carried()
    assert routine.now(escalation).priority is Priority.P4

    raise_it(routine)

    now = routine.now(escalation)
    first = timedelta(seconds=routine.partner.answer_within[Priority.P1])
    assert now.priority is Priority.P1
    assert now.answer_due_at - datetime.now(UTC) <= first
    told = queued(routine, "escalations.tell_partner")
    assert [one["about"] for one in told] == ["more-urgent-p1"]
    with routine.as_reporter() as work:
        [way] = clocks.arrival_and_first_sign_by_request(
            work, [routine.mine(work, escalation)]
        ).values()
    assert not way.was_seen


def test_our_answer_has_the_time_of_the_level_of_now(routine):
    escalation = routine.carried()
    with routine.as_(routine.theirs) as work:
        operations.ask_for_information(work, routine.mine(work, escalation), question="Which?")

    raise_it(routine)

    with routine.as_(routine.writer) as work:
        due = clocks.our_move_due_at(work, routine.mine(work, escalation))
        assert due - work.at <= OUR_MOVE_WITHIN[Priority.P1]
    assert queued(routine, "triage.request_alarm")[-1]["due"] == int(due.timestamp())


def test_a_draft_is_raised_with_its_case(routine):
    escalation = routine.ask()

    raise_it(routine)
    routine.approve(escalation, who=routine.lead)

    assert routine.now(escalation).priority is Priority.P1


@pytest.mark.parametrize("state", ["withdrawn", "lower"])
def test_what_is_over_stays_and_nothing_falls(house, state):
    house.change_case(level=Level.URGENT)
    escalation = house.carried()
    if state == "withdrawn":
        with house.as_(house.writer) as work:
            operations.withdraw_request(work, house.mine(work, escalation))
        raise_it(house)
    else:
        raise_it(house)
        house.change_case(level=Level.ROUTINE)
        follow(house)

    now = house.now(escalation)
    kept = Priority.P2 if state == "withdrawn" else Priority.P1
    assert (now.priority, now.state is EscalationState.WITHDRAWN) == (kept, state == "withdrawn")


def test_the_desk_says_that_it_is_more_urgent(routine, partner_desk):
    escalation = routine.carried()
    raise_it(routine)

    page = sign_in(partner_desk, routine.theirs).get(f"/requests/{escalation.ref}").text

    assert "It is more urgent than when we wrote it." in page


@pytest.mark.parametrize("turn", ["asked after", "asked before", "not fixed"])
def test_their_next_turn_has_the_time_of_the_level_of_now(routine, turn):
    escalation = routine.carried()
    if turn == "asked before":
        ask(routine, escalation)
    raise_it(routine)
    if turn == "asked after":
        ask(routine, escalation)
    if turn == "not fixed":
        decide(routine, escalation)
        with routine.as_reporter() as work:
            mine = routine.mine(work, escalation)
            intake.record_own_verdict(work, mine, verdict=Verdict.NOT_EFFECTIVE)
        follow(routine)
    else:
        routine.answer(escalation, sent_by=routine.lead)

    due = routine.now(escalation).answer_due_at
    most = timedelta(seconds=routine.partner.decide_within[Priority.P1])
    assert timedelta(0) < due - datetime.now(UTC) <= most


def ask(house, escalation):
    with house.as_(house.theirs) as work:
        operations.ask_for_information(work, house.mine(work, escalation), question="Which?")
