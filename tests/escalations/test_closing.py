"""Every way of closing has the same guards; an urgent case is no report only where two say so."""

import pytest

from helpdesk.cases import operations as casework
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, UrgentClosingRequest
from helpdesk.cases.states import CaseOutcome
from helpdesk.core.errors import Conflict, NotAllowed
from helpdesk.duty import case_closing
from helpdesk.escalations import operations
from helpdesk.escalations.states import Ask
from helpdesk.intake import operations as intake
from helpdesk.triage.first_reply_clock import owe_reply_to_reporter
from tests.factories import a_person


def close(house, outcome, who=None):
    with house.as_(who or house.writer) as work:
        case_closing.close_case(work, work.session.get(Case, house.case.id), outcome=outcome)


def asked(house, who=None):
    with house.as_(who or house.writer) as work:
        return case_closing.request_closing(work, work.session.get(Case, house.case.id)).id


def decide(house, request_id, who, *, granted=True):
    with house.as_(who) as work:
        request = work.session.get(UrgentClosingRequest, request_id)
        case_closing.decide_closing_request(work, request, granted=granted)


def write(house, body="Please hurry."):
    with house.as_reporter() as work:
        intake.send_message_as_reporter(work, work.session.get(Case, house.case.id), body=body)


@pytest.mark.parametrize("outcome", CaseOutcome)
def test_nothing_closes_over_words_that_nobody_has_answered(house, outcome):
    write(house)

    with pytest.raises(Conflict, match="nobody has answered"):
        close(house, outcome)


@pytest.mark.parametrize("outcome", CaseOutcome)
def test_nothing_closes_over_a_request_that_a_partner_may_still_act_on(house, outcome):
    escalation = house.carried(ask=Ask.PRESERVE)

    with pytest.raises(Conflict, match=escalation.ref):
        close(house, outcome)
    with house.as_(house.writer) as work:
        operations.withdraw_request(work, house.mine(work, escalation))
    close(house, outcome)


@pytest.mark.parametrize("outcome", [one for one in CaseOutcome if one is not CaseOutcome.SPAM])
def test_what_was_reported_gets_a_first_answer_before_it_closes(house, outcome):
    with house.context.begin() as work:
        case = work.session.get(Case, house.case.id)
        owe_reply_to_reporter(work, case)
        work.record("test.answer_owed", case)

    with pytest.raises(Conflict, match="Nobody has answered this report"):
        close(house, outcome)


@pytest.mark.parametrize("level", [Level.URGENT, Level.IMMEDIATE])
def test_an_urgent_case_is_no_report_only_where_a_second_person_agrees(house, level):
    house.change_case(level=level)
    with pytest.raises(Conflict, match="second person"):
        close(house, CaseOutcome.SPAM)

    request_id = asked(house)
    assert not house.case_now().is_closed
    with pytest.raises(Conflict, match="already"):
        asked(house, house.lead)
    with pytest.raises(NotAllowed):
        decide(house, request_id, house.writer)
    decide(house, request_id, house.second)

    assert house.case_now().is_closed
    with pytest.raises(NotAllowed):
        decide(house, request_id, house.lead)


def test_the_second_person_may_keep_it_open(house):
    house.change_case(level=Level.IMMEDIATE)
    request_id = asked(house)

    decide(house, request_id, house.second, granted=False)

    assert not house.case_now().is_closed
    asked(house)


def test_words_that_came_meanwhile_stop_the_second_person_too(house):
    house.change_case(level=Level.IMMEDIATE)
    request_id = asked(house)
    write(house)

    with pytest.raises(Conflict, match="nobody has answered"):
        decide(house, request_id, house.second)


def test_who_cannot_open_the_case_is_no_second_person(house):
    house.change_case(level=Level.IMMEDIATE)
    request_id = asked(house)
    with house.context.begin() as work:
        outside = a_person(work, teams=[work.session.merge(house.queue)], let_in=False)

    with pytest.raises(NotAllowed):
        decide(house, request_id, outside)


@pytest.mark.parametrize("level", [Level.ROUTINE, Level.SOON])
def test_what_is_not_urgent_may_be_closed_as_no_report_by_one(house, level):
    house.change_case(level=level)

    close(house, CaseOutcome.SPAM)

    assert house.case_now().is_closed


@pytest.mark.parametrize("outcome", CaseOutcome)
def test_an_objection_opens_it_again_and_an_answer_is_owed(house, outcome):
    with house.as_(house.writer) as work:
        casework.end_case_work(work, work.session.get(Case, house.case.id), outcome=outcome)

    write(house, "It was a real report.")

    case = house.case_now()
    assert not case.is_closed
    assert case.reply_due_at is not None
