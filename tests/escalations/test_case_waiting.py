"""A case waits for a partner as long as the partner has time, and never for nobody."""

from datetime import UTC, datetime, time, timedelta

import pytest

from helpdesk.cases import operations as cases
from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseState, WaitsOn
from helpdesk.core.errors import Conflict, NotAllowed
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.escalations import operations
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.states import DeliveryState, PartnerAction, Reason, Verdict
from helpdesk.intake import operations as intake
from tests.escalations.conftest import at
from tests.factories import sign_in
from tests.intake.browser import mark_in

DAY = timedelta(days=1)


def wait_for_partner(house):
    with house.as_(house.writer) as work:
        operations.pause_case_for_partners(work, work.session.get(Case, house.case.id))


def go_on(house):
    with house.as_(house.writer) as work:
        cases.resume_case(work, work.session.get(Case, house.case.id))


def test_it_waits_until_the_day_after_their_time_is_over(house):
    escalation = house.carried()

    case = house.case_now()

    assert case.waits_on is WaitsOn.PARTNER
    assert case.waits_until == escalation.answer_due_at.date() + DAY


def test_who_acknowledges_has_more_time_and_the_case_waits_that_long(house):
    escalation = house.carried()
    with house.as_(house.theirs) as work:
        operations.acknowledge_request(work, house.mine(work, escalation))

    due = house.now(escalation).answer_due_at

    assert house.case_now().waits_until == due.date() + DAY


def test_when_their_time_is_over_the_case_is_back_and_its_owner_is_told(house):
    house.carried()
    day = house.case_now().waits_until
    house.context.mailer.sent.clear()

    morning = datetime.combine(day, time(), UTC)
    run_due_jobs(at(house.context, morning), "notices", at=morning)

    case = house.case_now()
    assert (case.state, case.waits_on, case.waits_until) == (CaseState.OPEN, None, None)
    run_due_jobs(at(house.context, morning + DAY), "notices", at=morning + DAY)
    assert "writer@helpdesk.test" in [letter.to for letter in house.context.mailer.sent]


def test_a_case_that_goes_on_can_wait_for_a_live_request_again(house):
    house.carried()
    until = house.case_now().waits_until
    go_on(house)

    wait_for_partner(house)

    assert (house.case_now().waits_on, house.case_now().waits_until) == (WaitsOn.PARTNER, until)


def test_nobody_waits_for_a_partner_whose_request_is_over(house):
    escalation = house.carried()
    with house.as_(house.theirs) as work:
        operations.record_partner_decision(
            work,
            house.mine(work, escalation),
            action=PartnerAction.ACCESS_RESTORED,
            reason=Reason.POLICY_BREACH,
        )
    assert house.case_now().state is CaseState.OPEN

    with pytest.raises(Conflict, match="no answer to wait for"):
        wait_for_partner(house)


def test_a_draft_is_no_partner_to_wait_for(house, staff):
    house.ask()
    staff.application.config["WTF_CSRF_ENABLED"] = False

    browser, address = sign_in(staff, house.writer), f"/cases/{house.case.ref}/wait"
    mark = mark_in(browser.get(f"/cases/{house.case.ref}"), address)
    answer = browser.post(address, data={"wait_on": "partner"} | mark)

    assert answer.status_code == 422
    assert "there is no answer to wait for" in answer.text


def test_a_closed_case_waits_for_nobody(house):
    house.carried()
    house.change_case(state=CaseState.CLOSED, waits_on=None, waits_until=None)

    with pytest.raises(NotAllowed):
        wait_for_partner(house)


def test_about_which_a_partner_is_to_be_asked_is_in_the_second_lane_no_more(house):
    """It is going to wait for them, and the second lane's list has no case that waits."""
    house.change_case(in_slow_lane=True)

    house.ask()

    assert not house.case_now().in_slow_lane


def take_back(house):
    with house.as_reporter() as work:
        intake.withdraw_case(work, work.session.get(Case, house.case.id))


def begins_late(house, escalation):
    """The worker had promised it before."""
    take_back(house)
    house.carry(escalation)


def is_refused_meanwhile(house, escalation):
    with house.context.begin() as work:
        parcel = operations.begin_attempt(work, house.delivery(escalation).id)
    take_back(house)
    with house.context.begin() as work:
        operations.record_attempt_result(work, parcel, result=DeliveryState.REJECTED, trouble="x")


def is_silent(house, escalation):
    house.carry(escalation)
    take_back(house)
    with house.as_(house.writer, datetime.now(UTC) + timedelta(days=30)) as work:
        operations.record_partner_silence(work, house.mine(work, escalation))


@pytest.mark.parametrize("then", [begins_late, is_refused_meanwhile, is_silent])
def test_a_case_that_its_reporter_took_back_stays_closed(house, then):
    then(house, house.approved())

    assert house.case_now().state is CaseState.CLOSED


def test_a_case_that_its_reporter_took_back_opens_for_themselves(house):
    escalation = house.carried()
    with house.as_(house.theirs) as work:
        found = house.mine(work, escalation)
        operations.record_partner_decision(
            work, found, action=PartnerAction.ACCESS_RESTORED, reason=Reason.POLICY_BREACH
        )
    take_back(house)

    with house.as_reporter() as work:
        found = work.session.get(Escalation, escalation.id)
        operations.record_verdict(work, found, verdict=Verdict.NOT_EFFECTIVE)

    assert house.case_now().state is CaseState.OPEN
