"""A decision's outcome and reason fit each other, a slip is put right, and both stay in sight."""

import re

import pytest

from helpdesk.core.errors import Conflict, NotAllowed
from helpdesk.escalations import operations, queries
from helpdesk.escalations.decision_rules import (
    action_fits_reason,
    possible_actions,
    possible_reasons,
)
from helpdesk.escalations.likely_decisions import likely_actions, reasons_not_to_act, reasons_to_act
from helpdesk.escalations.priorities import could_change_account_access
from helpdesk.escalations.states import Ask, EscalationState, PartnerAction, Reason, Verdict
from helpdesk.partners import operations as partners
from helpdesk.partners.models import Partner
from helpdesk.partners.partner_terms import PartnerTerms
from tests.factories import sign_in
from tests.intake.browser import token_in

ABOUT_ACCESS = {PartnerAction.ACCESS_RESTORED, PartnerAction.ACCESS_LOCKED}
DONE, WHY = PartnerAction.ACCESS_RESTORED, Reason.POLICY_BREACH


def decide(house, escalation, action=DONE, reason=WHY, corrects=""):
    with house.as_(house.theirs) as work:
        found = house.mine(work, escalation)
        operations.record_partner_decision(
            work, found, action=action, reason=reason, corrects=corrects
        )


@pytest.mark.parametrize("ask", Ask)
def test_every_outcome_of_a_request_has_reasons_and_every_reason_an_outcome(ask):
    for action in possible_actions(ask):
        assert possible_reasons(ask, action)
    assert {
        one for action in possible_actions(ask) for one in possible_reasons(ask, action)
    } == set(Reason)
    assert set(likely_actions(ask, "account")) <= set(possible_actions(ask))
    assert all(
        action_fits_reason(ask, likely_actions(ask, "")[0], one) for one in reasons_to_act(ask)
    )
    assert all(action_fits_reason(ask, PartnerAction.NONE, one) for one in reasons_not_to_act(ask))


@pytest.mark.parametrize(
    ("ask", "action", "reason"),
    [
        (Ask.RESTORE, PartnerAction.ACCESS_RESTORED, Reason.INSUFFICIENT_EVIDENCE),
        (Ask.RESTORE, PartnerAction.ACCESS_RESTORED, Reason.OWNER_NOT_VERIFIED),
        (Ask.RESTORE, PartnerAction.DOMAIN_SUSPENDED, Reason.POLICY_BREACH),
        (Ask.RESTORE, PartnerAction.NONE, Reason.POLICY_BREACH),
        (Ask.REMOVE, PartnerAction.CONTENT_REMOVED, Reason.NO_BREACH_FOUND),
        (Ask.PRESERVE, PartnerAction.CONTENT_REMOVED, Reason.ILLEGAL),
        (Ask.REVIEW, PartnerAction.NONE, Reason.NO_BREACH_FOUND),
    ],
)
def test_what_contradicts_itself_fits_nothing(ask, action, reason):
    assert not action_fits_reason(ask, action, reason)


def test_a_decision_that_contradicts_itself_is_refused_whoever_asks(house):
    escalation = house.carried()

    with pytest.raises(Conflict, match="doesn’t fit"):
        decide(house, escalation, PartnerAction.ACCESS_RESTORED, Reason.INSUFFICIENT_EVIDENCE)

    assert house.now(escalation).state is EscalationState.WITH_PARTNER


def test_the_form_says_so_beside_the_reason_and_keeps_what_was_written(house, partner_desk):
    escalation = house.carried()
    sign_in(partner_desk, house.theirs)
    page = f"/requests/{escalation.ref}"

    odd = post(
        partner_desk,
        page,
        "decision",
        action="access_restored",
        reason="insufficient_evidence",
        note="kept as it was written",
    )

    assert odd.status_code == 422
    assert "doesn’t fit what you did" in odd.text
    assert "kept as it was written" in odd.text
    assert "domain_suspended" not in odd.text


def test_a_wrong_tap_is_put_right_by_a_decision_that_all_sides_see(house, partner_desk, staff):
    escalation = house.carried()
    decide(house, escalation, PartnerAction.NONE, Reason.OTHER)

    with house.as_(house.theirs) as work:
        [wrong] = queries.decisions_of(work, house.mine(work, escalation))
    with pytest.raises(Conflict, match="already decided"):
        decide(house, escalation)  # from a page that was opened before

    decide(house, escalation, corrects=wrong.id)

    with house.as_(house.writer) as work:
        found = queries.decisions_of(work, house.mine(work, escalation))
        assert [one.action for one in found] == [PartnerAction.NONE, DONE]
    assert house.now(escalation).state is EscalationState.DECIDED
    sign_in(partner_desk, house.theirs)
    sign_in(staff, house.writer)
    ours = staff.get(f"/cases/{house.case.ref}/requests/{escalation.ref}").text
    for page in (partner_desk.get(f"/requests/{escalation.ref}").text, ours):
        assert page.count("Corrected by the decision below.") == 1


def test_once_the_person_has_said_that_it_is_fixed_nothing_is_corrected(house):
    escalation = house.carried()
    decide(house, escalation)
    with house.as_reporter() as work:
        operations.record_verdict(work, house.mine(work, escalation), verdict=Verdict.CONFIRMED)

    with pytest.raises(Conflict):
        decide(house, escalation, PartnerAction.NONE, Reason.OTHER)


def test_their_own_number_is_kept_sealed_and_shown_to_both_sides(house, partner_desk, staff):
    escalation = house.carried()
    sign_in(partner_desk, house.theirs)
    sign_in(staff, house.writer)

    page = f"/requests/{escalation.ref}"
    assert post(partner_desk, page, "ticket", ticket="TRUST-4711").status_code == 303

    assert "TRUST-4711" in partner_desk.get(page).text
    assert "TRUST-4711" in staff.get(f"/cases/{house.case.ref}{page}").text
    now = house.now(escalation)
    assert b"TRUST-4711" not in now.ticket.raw + now.ticket_for_partner.raw
    with house.as_(house.writer) as work, pytest.raises(NotAllowed):
        operations.set_partner_ticket(work, house.mine(work, escalation), ticket="x")


def test_a_partner_reads_who_asks_whom_to_call_and_times_in_its_own_zone(house, partner_desk):
    settle(house, timezone="Asia/Beirut", reach_us="Helpdesk of the north, +00 123.")
    escalation = house.carried()
    sign_in(partner_desk, house.theirs)

    page = partner_desk.get(f"/requests/{escalation.ref}").text
    assert "Helpdesk of the north, +00 123." in page
    assert "in Asia/Beirut)" in page
    assert "in Asia/Beirut)" in partner_desk.get("/inbox").text
    [letter] = [one for one in house.context.mailer.sent if escalation.ref in one.subject]
    assert re.search(r"Please acknowledge it by \d+ \w+", letter.body)
    assert "in Asia/Beirut)" in letter.body


def test_a_partner_is_told_whether_to_acknowledge_or_to_decide(house, partner_desk):
    escalation = house.carried()
    sign_in(partner_desk, house.theirs)
    page = f"/requests/{escalation.ref}"

    assert "Please acknowledge it" in partner_desk.get(page).text
    assert "Acknowledge:" in partner_desk.get("/inbox").text
    assert post(partner_desk, page, "acknowledgement").status_code == 303

    assert "Please decide" in partner_desk.get(page).text
    assert "Please acknowledge it" not in partner_desk.get(page).text
    inbox = partner_desk.get("/inbox").text
    assert "Decide:" in inbox
    assert "Acknowledge:" not in inbox


def test_without_who_we_are_nothing_leaves(house):
    settle(house, reach_us="")
    escalation = house.ask()

    with pytest.raises(Conflict, match="who we are"):
        house.approve(escalation)


def test_a_restore_does_not_leave_without_the_address_to_give_it_back_to(house):
    with house.as_(house.lead) as work:
        partner = work.session.get(Partner, house.partner.id)
        rest = [one for one in partner.allowed_fields if one != "restore_address"]
        partners.change_allow_list(work, partner, fields=rest)
    escalation = house.ask()

    with pytest.raises(Conflict, match="Address to return the account to"):
        house.approve(escalation)


def test_a_partner_is_asked_only_for_what_it_takes(house, staff):
    settle(house, asks=("lock",))
    sign_in(staff, house.writer)

    with pytest.raises(Conflict, match="doesn’t take requests like this"):
        house.ask(Ask.RESTORE)
    address = f"/cases/{house.case.ref}/requests/new?partner={house.partner.slug}&ask=restore"
    refused = staff.get(address)
    assert refused.status_code == 422
    assert "take requests like this" in refused.text
    assert house.ask(Ask.LOCK).ask is Ask.LOCK


def test_what_was_drafted_before_a_partner_was_retired_does_not_leave(house, staff):
    escalation = house.ask()
    with house.as_(house.lead) as work:
        partners.retire_partner(work, work.session.get(Partner, house.partner.id))
    sign_in(staff, house.writer)

    with pytest.raises(Conflict, match="retired"):
        house.approve(escalation)
    assert house.partner.slug not in staff.get(f"/cases/{house.case.ref}/requests/new").text
    assert house.partner.name in staff.get(f"/cases/{house.case.ref}").text


def settle(house, **about):
    settled = {"reach_us": "The helpdesk of the tests."} | about
    with house.as_(house.lead) as work:
        partner = work.session.get(Partner, house.partner.id)
        partners.change_partner(work, partner, name=partner.name, about=PartnerTerms(**settled))


def post(client, page, what, **fields):
    token = token_in(client.get(page).text)
    return client.post(f"{page}/{what}", data={"csrf_token": token, **fields})


@pytest.mark.parametrize("ask", [one for one in Ask if not could_change_account_access(one)])
def test_what_one_person_may_ask_for_is_not_answered_with_access(ask):
    assert ABOUT_ACCESS.isdisjoint(possible_actions(ask))
