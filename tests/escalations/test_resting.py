"""A request that reaches its partner puts the case to rest, unless something is ours to do."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.cases import operations as casework
from helpdesk.cases import queries as cases
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case
from helpdesk.cases.operations import pausing
from helpdesk.cases.states import CaseState, WaitsOn
from helpdesk.duty.queries import load_board
from helpdesk.escalations import jobs, operations
from helpdesk.escalations.operations.delivery_attempts import lock_delivery, mark_undeliverable
from helpdesk.escalations.states import Ask, EscalationState
from helpdesk.partners import operations as partners
from helpdesk.partners.models import Partner
from helpdesk.triage import operations as triage
from tests.escalations import test_whose_account
from tests.escalations.conftest import TYPED, _consent, a_partner
from tests.escalations.test_lost_basis import confirm_again, find_out
from tests.escalations.test_whose_account import MINE, OTHER, confirm, write_elsewhere


def asked_by_partner(house):
    asked = house.carried(ask=Ask.RESTORE)
    with house.as_(house.theirs) as work:
        operations.ask_for_information(work, house.mine(work, asked), question="Since when?")
    return asked


def without_basis(house):
    confirm(house)
    asked = house.carried(playbook="account-takeover")
    write_elsewhere(house, OTHER)
    test_whose_account.find_out(house, "impersonation", "confirm-person")
    find_out(house, "confirm-owner", "refused")
    return asked


def not_delivered(house):
    asked = house.approved(ask=Ask.RESTORE)
    with house.context.begin() as work:
        mark_undeliverable(work, lock_delivery(work, house.delivery(asked).id))
    return asked


def about_another_account(house):
    confirm(house)
    asked = house.carried(ask=Ask.RESTORE, playbook="account-takeover")
    confirm_again(house, OTHER)
    return asked


def test_what_is_about_the_confirmed_account_again_lets_the_case_rest(house):
    about_another_account(house)
    confirm_again(house, MINE, minutes=10)

    house.carried(ask=Ask.PRESERVE, playbook="account-takeover")

    assert house.case_now().waits_on is WaitsOn.PARTNER


@pytest.mark.parametrize(
    "ours", [asked_by_partner, without_basis, not_delivered, about_another_account]
)
def test_what_is_ours_to_do_is_not_put_to_rest_by_another_request(house, ours):
    ours(house)
    assert house.case_now().state is CaseState.OPEN

    playbook = "impersonation" if ours is without_basis else None
    house.carried(ask=Ask.PRESERVE, playbook=playbook)

    assert house.case_now().state is CaseState.OPEN
    with house.as_(house.writer) as work:
        casework.release_case(work, work.session.get(Case, house.case.id))
    with house.as_(house.second) as work:
        queue = work.session.merge(house.queue)
        waiting = work.session.scalars(cases.unclaimed_cases_of(work, queue))
        assert [one.ref for one in waiting] == [house.case.ref]


def test_once_the_last_question_is_answered_it_rests(house):
    first = asked_by_partner(house)
    house.carried(ask=Ask.PRESERVE)

    house.answer(first)

    assert house.now(first).state is EscalationState.IN_REVIEW
    assert house.case_now().waits_on is WaitsOn.PARTNER


@pytest.mark.parametrize(("days", "stays"), [(1, True), (5, False)])
def test_a_day_that_was_set_comes_although_a_request_went_out_meanwhile(house, days, stays):
    asked = house.approved()
    day = (datetime.now(UTC) + timedelta(days=days)).date()
    with house.as_(house.writer) as work:
        case = work.session.get(Case, house.case.id)
        casework.pause_case(work, case, waits_on=WaitsOn.DATE, until=day)

    house.carry(asked)

    assert (house.case_now().waits_on is WaitsOn.DATE) is stays
    with house.context.begin(at=datetime.now(UTC) + timedelta(days=days)) as work:
        case = work.session.get(Case, house.case.id)
        pausing.resume_due_case(work, case, day=case.waits_until)
        assert case.state is CaseState.OPEN
        work.record("test.done", case)


def test_what_is_held_up_is_not_put_to_rest_by_another_request(house):
    held = house.carried(ask=Ask.RESTORE)
    with house.context.begin() as work:
        other = a_partner(work, house.lead, platform="second", confirmed=True)
        case = work.session.get(Case, house.case.id)
        work.session.add(_consent(case, "second", work.at))
        work.record("test.asked", other)
    with house.as_(house.lead) as work:
        partners.suspend_vetting(work, work.session.get(Partner, house.partner.id))
    moment = int(datetime.now(UTC).timestamp())
    jobs.hold_or_resume_requests_after_vetting(
        house.context, partner_id=house.partner.id, at=moment
    )
    assert house.now(held).is_held_up

    with house.as_(house.writer) as work:
        case = work.session.get(Case, house.case.id)
        second = operations.write_draft(
            work,
            case,
            work.session.get(Partner, other.id),
            ask=Ask.PRESERVE,
            typed=TYPED,
            platform="second",
            playbook=case.incident_type,
        )
    house.approve(second)
    house.carry(second)

    assert house.case_now().state is CaseState.OPEN


def test_what_nobody_has_is_offered_when_it_is_raised_while_it_waits_for_a_partner(house):
    house.carried(ask=Ask.RESTORE)
    with house.as_(house.writer) as work:
        casework.release_case(work, work.session.get(Case, house.case.id))

    with house.as_(house.second) as work:
        case = work.session.get(Case, house.case.id)
        triage.raise_case_level(work, case, level=Level.IMMEDIATE, reason="Police at the door.")

    with house.as_(house.second) as work:
        queue = work.session.merge(house.queue)
        waiting = work.session.scalars(cases.unclaimed_cases_of(work, queue))
        assert [one.ref for one in waiting] == [house.case.ref]


def test_what_nobody_has_is_offered_while_a_partner_has_the_move_as_an_update_is_owed(house):
    house.change_case(level=Level.IMMEDIATE)
    with house.as_(house.writer) as work:
        casework.send_message(work, work.session.get(Case, house.case.id), "I am on it.")
    house.carried(ask=Ask.RESTORE)
    assert house.case_now().waits_on is WaitsOn.PARTNER
    with house.as_(house.writer) as work:
        casework.release_case(work, work.session.get(Case, house.case.id))

    with house.as_(house.second) as work:
        queue = work.session.merge(house.queue)
        assert load_board(work).lanes[0].waiting_for_somebody == 1
        taken = casework.claim_next_case(work, queue)
        assert taken.ref == house.case.ref
    assert house.case_now().waits_on is WaitsOn.PARTNER
