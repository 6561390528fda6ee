"""A request's deadlines are what was agreed with its partner, from the partner's next turn on."""

from datetime import UTC, datetime, time, timedelta

import pytest

from helpdesk.cases.levels import Level
from helpdesk.escalations import operations
from helpdesk.partners import operations as partners
from helpdesk.partners.agreement_terms import AgreementTerms
from helpdesk.partners.deadlines import decision_due, first_sign_due
from helpdesk.partners.models import Partner
from helpdesk.partners.response_times import ANSWER_WITHIN, DECIDE_WITHIN


def days_off():
    """Nobody there works on the day of the test, nor on the two after it."""
    today = datetime.now(UTC).isoweekday()
    return {today, today % 7 + 1, (today + 1) % 7 + 1}


def agree(house):
    weekdays = frozenset(range(1, 8)) - days_off()
    with house.as_(house.lead) as work:
        partner = work.session.get(Partner, house.partner.id)
        partner.weekdays, partner.opens, partner.closes = sorted(weekdays), time(9), time(17)
        work.session.flush()
        terms = AgreementTerms(
            "Head of abuse handling", ANSWER_WITHIN, DECIDE_WITHIN, counts_working_time=True
        )
        partners.settle_agreement(work, partner, terms, on=work.at.date())


def partner_of(work, house):
    return work.session.get(Partner, house.partner.id)


@pytest.fixture
def urgent(house):
    house.change_case(level=Level.URGENT)
    return house


def test_what_arrives_on_a_day_off_is_due_once_they_are_there(urgent):
    agree(urgent)

    asked = urgent.carried()

    with urgent.as_(urgent.lead) as work:
        arrived = urgent.mine(work, asked)
        due = first_sign_due(partner_of(work, urgent), arrived.priority, work.at)
        assert abs(arrived.answer_due_at - due) < timedelta(minutes=1)
        assert arrived.answer_due_at - work.at > timedelta(hours=24)


def test_who_has_a_request_while_it_is_agreed_keeps_the_time_they_were_given(urgent):
    asked = urgent.carried()
    before = urgent.now(asked).answer_due_at

    agree(urgent)

    assert urgent.now(asked).answer_due_at == before


def test_after_an_answer_of_ours_the_decision_is_due_in_their_time(urgent):
    asked = urgent.carried()
    agree(urgent)
    with urgent.as_(urgent.theirs) as work:
        operations.ask_for_information(work, urgent.mine(work, asked), question="Which one?")

    urgent.answer(asked)

    with urgent.as_(urgent.lead) as work:
        now = urgent.mine(work, asked)
        least = first_sign_due(partner_of(work, urgent), now.priority, work.at)
        most = decision_due(partner_of(work, urgent), now.priority, work.at)
        assert now.answer_due_at is not None
        assert now.answer_due_at <= max(least, most) + timedelta(minutes=1)
