"""Whoever was not let in yet is nobody's first or second person, whatever form they send."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.accounts import operations as accounts
from helpdesk.accounts import queries as people
from helpdesk.accounts.models import Membership
from helpdesk.cases import operations as casework
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, Consent, ConversationChannel
from helpdesk.cases.states import CaseOutcome, ConsentKind, WaitsOn
from helpdesk.core.actors import Role
from helpdesk.core.errors import NotAllowed
from helpdesk.duty import case_closing
from helpdesk.escalations import operations, partner_inbox
from helpdesk.escalations.states import InboxFilter, PartnerAction, Reason
from helpdesk.runs import operations as playbooks
from helpdesk.triage import operations as triage
from tests.escalations.conftest import a_partner
from tests.factories import a_person, enrolled, sign_in, work_as


@pytest.fixture
def made_up(house, context):
    """An account that the lead made and enrolled as; a second person has not let it in."""
    with work_as(context, house.lead) as work:
        team = people.team_by_slug(work, house.queue.slug)
        person, _code = accounts.invite_person(
            work, handle="made-up", name="Made Up", role=Role.COORDINATOR, teams=[team]
        )
        return enrolled(replace(work, actor=person.as_actor()), person)


def a_consent(work, case):
    found = select(Consent).where(Consent.case_id == case.id, Consent.kind == ConsentKind.HELP)
    return work.session.scalars(found).one()


def tomorrow(work):
    return work.at.date() + timedelta(days=1)


ACTS = {
    "ask to close": case_closing.request_closing,
    "close": lambda work, case: case_closing.close_case(work, case, outcome=CaseOutcome.REFERRED),
    "write a consent down": lambda work, case: casework.record_consent(
        work, case, kind=ConsentKind.HELPER
    ),
    "take a consent back": lambda work, case: casework.withdraw_consent(
        work, case, a_consent(work, case)
    ),
    "raise": lambda work, case: triage.raise_case_level(
        work, case, level=Level.IMMEDIATE, reason="!"
    ),
    "write": lambda work, case: casework.send_message(work, case, "Hello."),
    "note": lambda work, case: casework.add_case_note(work, case, "Hello."),
    "speak": lambda work, case: casework.record_conversation(
        work,
        case,
        way=ConversationChannel.TELEPHONE,
        spoke_at=work.at,
        reached=True,
        summary="Hello.",
    ),
    "wait": lambda work, case: casework.pause_case(
        work, case, waits_on=WaitsOn.DATE, until=tomorrow(work)
    ),
    "give back": casework.release_case,
    "start a playbook": lambda work, case: playbooks.start_run(work, case, "account-takeover"),
    "take": casework.claim_case,
}


@pytest.mark.parametrize("act", ACTS)
def test_who_was_not_let_in_changes_nothing_of_a_case(house, made_up, act):
    house.change_case(level=Level.URGENT)

    with pytest.raises(NotAllowed), house.as_(made_up) as work:
        ACTS[act](work, work.session.get(Case, house.case.id))


def test_one_coordinator_with_two_accounts_does_not_close_an_urgent_case(house, made_up, staff):
    house.change_case(level=Level.IMMEDIATE)
    staff.application.config["WTF_CSRF_ENABLED"] = False
    sign_in(staff, made_up)

    answer = staff.post(f"/cases/{house.case.ref}/closure", data={"outcome": "spam"})

    assert answer.status_code == 403
    assert "don’t have access yet" in answer.text
    with house.as_(house.lead) as work:
        assert (
            case_closing.pending_closing_request(work, work.session.get(Case, house.case.id))
            is None
        )


ANSWERS = {
    "acknowledge": operations.acknowledge_request,
    "ask": lambda work, one: operations.ask_for_information(work, one, question="Which one?"),
    "decide": lambda work, one: operations.record_partner_decision(
        work, one, action=PartnerAction.ACCESS_RESTORED, reason=Reason.OTHER
    ),
    "note a number": lambda work, one: operations.set_partner_ticket(work, one, ticket="4711"),
}


@pytest.mark.parametrize("act", ANSWERS)
def test_who_was_not_let_in_does_not_answer_in_the_name_of_a_partner(house, context, act):
    escalation = house.carried()
    with context.begin() as work:
        team = work.session.merge(house.partner.team)
        stranger = a_person(work, Role.PARTNER, [team], let_in=False)

    with pytest.raises(NotAllowed), house.as_(stranger) as work:
        ANSWERS[act](work, house.mine(work, escalation))


def test_who_was_not_let_in_finds_no_request_in_the_inbox_of_a_partner(house, context):
    house.carried()
    with context.begin() as work:
        team = work.session.merge(house.partner.team)
        stranger = a_person(work, Role.PARTNER, [team], let_in=False)

    for who, many in ((house.theirs, 1), (stranger, 0)):
        with house.as_(who) as work:
            found = partner_inbox.partner_inbox(work, InboxFilter.WAITING)
        assert len(found.requests) == sum(found.sizes.values()) == many


def test_who_was_not_let_in_reads_in_the_inbox_of_a_partner_why_it_is_empty(
    house, context, partner_desk
):
    house.carried()
    with context.begin() as work:
        team = work.session.merge(house.partner.team)
        stranger = a_person(work, Role.PARTNER, [team], let_in=False)

    sign_in(partner_desk, stranger)

    page = partner_desk.get("/inbox").text
    assert "You don’t have access yet" in page
    assert "R-" not in page


def test_who_waits_in_one_team_and_is_let_into_another_reads_which_requests_are_listed(
    house, context, partner_desk
):
    escalation = house.carried()
    with context.begin() as work:
        team = work.session.merge(house.partner.team)
        both = a_person(work, Role.PARTNER, [team])
        other = a_partner(work, house.lead, platform="elsewhere")
        work.session.add(
            Membership(person_id=both.person.id, team_id=other.team_id, since_at=work.at)
        )

    sign_in(partner_desk, both)

    page = " ".join(partner_desk.get("/inbox").text.split())
    assert escalation.ref in page
    assert "no requests are listed" not in page
    assert "You don’t have access yet to requests for" in page
    assert "so these are not listed" in page


@pytest.mark.parametrize("who", ["waits", "let in"])
def test_how_a_request_that_is_over_ended_is_for_who_was_let_in(house, context, partner_desk, who):
    escalation = house.carried()
    with house.as_(house.writer) as work:
        operations.withdraw_request(work, house.mine(work, escalation))
    with context.begin() as work:
        team = work.session.merge(house.partner.team)
        stranger = a_person(work, Role.PARTNER, [team], let_in=False)
    desk = sign_in(partner_desk, house.theirs if who == "let in" else stranger)

    page = desk.get(f"/requests/{escalation.ref}")

    assert page.status_code == (200 if who == "let in" else 403)
    assert ("don’t have access yet" in page.text) is (who == "waits")
