"""A partner that had acted before a request was withdrawn can still say so, and we hear of it."""

import pytest

from helpdesk.cases.states import CaseState
from helpdesk.core.errors import Conflict, StalePage
from helpdesk.escalations import operations, queries, stale_page_marks
from helpdesk.escalations.states import Ask, EscalationState, PartnerAction, Reason
from helpdesk.intake import operations as intake
from helpdesk.triage import news_jobs
from tests.conftest import become
from tests.escalations.test_decision_rules import decide
from tests.escalations.test_denied import said_by_reporter
from tests.escalations.test_partner_in_doubt import queued
from tests.escalations.test_views import page_of
from tests.factories import sign_in
from tests.intake.browser import Browser

WHEN = "Ten minutes ago. marker-when"


def worker_takes_back(house):
    before = become(house.context, "helpdesk_worker")
    with house.context.begin() as work:
        operations.withdraw_requests_without_consent(work, house.case.id)
    become(house.context, before)


def acted(house, escalation, *, action=PartnerAction.ACCESS_RESTORED, seen=None):
    before = become(house.context, "helpdesk_partner")
    try:
        with house.as_(house.theirs) as work:
            operations.record_action_before_withdrawal(
                work, house.mine(work, escalation), action=action, note=WHEN, seen=seen
            )
    finally:
        become(house.context, before)


def late_actions(house, escalation):
    with house.as_(house.writer) as work:
        found = queries.actions_told_after_withdrawal(work, house.mine(work, escalation))
        return [(one.action, work.keys.read(one, "note")) for one in found]


@pytest.mark.parametrize("is_late", [True, False], ids=["worker is late", "withdrawn"])
def test_their_desk_keeps_a_form_for_what_they_had_done(house, partner_desk, is_late):
    escalation = house.carried()
    house.withdraw_consent()
    if not is_late:
        worker_takes_back(house)
    desk = Browser(sign_in(partner_desk, house.theirs))

    desk.open(f"/requests/{escalation.ref}")
    desk.send(
        f"/requests/{escalation.ref}/late-action",
        answers={"action": "access_restored", "note": WHEN},
    )

    assert late_actions(house, escalation) == [(PartnerAction.ACCESS_RESTORED, WHEN)]
    assert "marker-harm" not in desk.text
    assert "consent" not in desk.text


def test_it_moves_no_state_wakes_the_case_and_owner_and_duty_hear_of_it(house):
    escalation = house.carried()
    house.withdraw_consent()
    worker_takes_back(house)

    acted(house, escalation)

    assert house.now(escalation).state is EscalationState.WITHDRAWN
    assert house.case_now().state is CaseState.OPEN
    told = [one for one in queued(house, "triage.tell_owner") if one["what"] == "acted_before"]
    assert told
    news_jobs.write_case_news(house.context, **told[-1])
    assert queued(house, "triage.tell_duty")
    with house.as_(house.writer) as work:
        assert queries.decisions_of(work, house.mine(work, escalation)) == []


def test_a_case_that_its_reporter_took_back_stays_closed_and_is_in_red(house, staff):
    escalation = house.carried()
    said_by_reporter(house, lambda work, case: intake.withdraw_case(work, case))
    worker_takes_back(house)

    acted(house, escalation)

    assert house.case_now().state is CaseState.CLOSED
    client = sign_in(staff, house.writer)
    page = client.get(page_of(house, escalation)).text
    assert "They acted before it was withdrawn" in page
    assert "marker-when" in page
    assert "They acted before it was withdrawn" in client.get(f"/cases/{house.case.ref}").text
    assert "Partners who acted before a request was withdrawn" in client.get("/duty").text


@pytest.mark.parametrize("action", [PartnerAction.NONE, PartnerAction.CONTENT_REMOVED])
def test_only_what_can_be_done_about_it_is_taken(house, action):
    escalation = house.carried(ask=Ask.RESTORE)
    house.withdraw_consent()

    with pytest.raises(Conflict, match="doesn’t fit"):
        acted(house, escalation, action=action)


def test_of_a_request_that_stands_they_decide(house):
    escalation = house.carried()

    with pytest.raises(Conflict, match="was not withdrawn"):
        acted(house, escalation)


def test_the_same_form_sent_twice_is_one_record(house):
    escalation = house.carried()
    house.withdraw_consent()
    with house.as_(house.theirs) as work:
        seen = stale_page_marks.action_before_withdrawal_mark_of(work, house.mine(work, escalation))
    acted(house, escalation, seen=seen)

    with pytest.raises(StalePage):
        acted(house, escalation, seen=seen)

    assert len(late_actions(house, escalation)) == 1


def test_a_partner_is_not_told_why_a_request_was_withdrawn(house, partner_desk):
    """The reporter is told that they are not, before they withdraw anything."""
    escalation = house.carried()
    desk = sign_in(partner_desk, house.theirs)
    house.withdraw_consent()

    page = desk.get(f"/requests/{escalation.ref}").text

    assert "This request was withdrawn" in page
    assert "consent" not in page
    assert "consent" not in operations.partner_actions.WITHDRAWN


def test_who_decided_by_mistake_can_say_so_after_it_was_withdrawn(house, partner_desk):
    escalation = house.carried()
    decide(house, escalation, PartnerAction.NONE, Reason.OTHER)
    said_by_reporter(house, lambda work, case: intake.withdraw_case(work, case))
    worker_takes_back(house)
    desk = Browser(sign_in(partner_desk, house.theirs))

    desk.open(f"/requests/{escalation.ref}")
    assert desk.status == 200
    assert "marker-harm" not in desk.text
    desk.send(
        f"/requests/{escalation.ref}/late-action",
        answers={"action": "access_restored", "note": WHEN},
    )

    assert late_actions(house, escalation) == [(PartnerAction.ACCESS_RESTORED, WHEN)]
    assert house.now(escalation).state is EscalationState.DECIDED
