"""Ownership is confirmed of one account, and no other is given back on the strength of it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseState
from helpdesk.core.errors import Conflict
from helpdesk.core.outbox import OutboxJob
from helpdesk.duty import operations as duty
from helpdesk.escalations import packet_sources, request_basis
from helpdesk.escalations import queries as requests
from helpdesk.escalations.states import DeliveryState, EscalationState
from helpdesk.runs import operations as playbooks
from helpdesk.runs import queries
from tests.escalations.conftest import TYPED
from tests.escalations.test_gates_again import send_again
from tests.escalations.test_stopped_at_the_desk import not_taken_yet
from tests.escalations.test_views import page_of
from tests.factories import sign_in
from tests.runs.conftest import showing

OTHER = "https://platform.test/somebody-elses-account"
MINE = TYPED["target_url"]
BEFORE = {
    "first-contact.acknowledge": "written",
    "first-contact.safe-channel": "mailbox",
    "first-contact.danger-again": "no_danger",
    "first-contact.settle-answers": "settled",
    "consent.agree": "agreed",
    "vetting.vouch": "confirmed",
}


def confirm(house, account=MINE):
    """A colleague confirms it with the step that writes down of which account."""
    with house.as_(house.lead) as work:
        case = work.session.get(Case, house.case.id)
        run = duty.start_playbook_and_judge_again(work, case, "account-takeover")
        page = queries.pinned_playbook_of(run)
        shown = showing(page, "confirm-owner", "confirmed")
        shown["evidence"] = {**shown["evidence"], "profile-url": account}
        for step, outcome in BEFORE.items():
            duty.finish_step(work, run, step, outcome=outcome, **showing(page, step, outcome))
        duty.finish_step(work, run, "confirm-owner", outcome="confirmed", **shown)


def confirmed(house, playbook="account-takeover"):
    with house.as_(house.writer) as work:
        case = work.session.get(Case, house.case.id)
        return packet_sources.account_confirmed(work, case, playbook)


def playbook_at_work(work, house, playbook):
    case = work.session.get(Case, house.case.id)
    return queries.unfinished_run_of(work, case, playbook) or duty.start_playbook_and_judge_again(
        work, case, playbook
    )


def write_elsewhere(house, account):
    """Another playbook of the case writes another address down where it asks for one."""
    with house.as_(house.second, datetime.now(UTC) + timedelta(minutes=1)) as work:
        run = playbook_at_work(work, house, "impersonation")
        page = queries.pinned_playbook_of(run)
        shown = showing(page, "save-pages", "saved")
        shown["evidence"] = {**shown["evidence"], "profile-url": account}
        duty.finish_step(work, run, "save-pages", outcome="saved", **shown)


def test_what_somebody_types_instead_is_not_asked_for(house):
    request = house.ask(typed={**TYPED, "target_url": OTHER})

    with pytest.raises(Conflict, match="confirmed whose account this is"):
        house.approve(request)
    assert house.now(request).state is EscalationState.DRAFT


def test_what_another_playbook_writes_down_is_not_the_account(house):
    write_elsewhere(house, OTHER)
    assert confirmed(house) == MINE
    with pytest.raises(Conflict, match="confirmed whose account this is"):
        house.approve(house.ask(typed={**TYPED, "target_url": OTHER}))


def test_the_account_is_kept_with_what_was_found_out(house):
    confirm(house)
    assert confirmed(house) == MINE

    write_elsewhere(house, OTHER)
    assert confirmed(house) == MINE
    with pytest.raises(Conflict, match="marker-target"):
        house.approve(house.ask(typed={**TYPED, "target_url": OTHER}), who=house.lead)


def test_confirmed_of_another_it_is_that_one(house):
    confirm(house, OTHER)

    assert confirmed(house) == OTHER
    with pytest.raises(Conflict, match="confirmed whose account this is"):
        house.approve(house.ask())


def find_out(house, playbook, step, outcome="confirmed", *, minutes=2, account=""):
    """Another playbook of the case finds out whose it is, and writes down only what it must."""
    with house.as_(house.second, datetime.now(UTC) + timedelta(minutes=minutes)) as work:
        run = playbook_at_work(work, house, playbook)
        page = queries.pinned_playbook_of(run)
        now = queries.progress_with_shared_steps(work, run).progress
        for before, ended in BEFORE.items():
            if now.of(before).may_be_recorded:
                duty.finish_step(work, run, before, outcome=ended, **showing(page, before, ended))
        shown = showing(page, step, outcome)
        if account:
            shown["evidence"] = {**shown["evidence"], "profile-url": account}
        duty.finish_step(work, run, step, outcome=outcome, **shown)


def test_what_another_playbook_confirms_is_not_the_account_of_this_one(house):
    confirm(house)
    write_elsewhere(house, OTHER)
    find_out(house, "impersonation", "confirm-person")

    assert confirmed(house) == MINE
    assert confirmed(house, "impersonation") == ""


def test_that_another_playbook_is_in_doubt_takes_nothing_back_here(house):
    confirm(house)
    find_out(house, "impersonation", "confirm-person", "cannot_tell", minutes=1)

    assert confirmed(house) == MINE
    with house.as_(house.writer) as work:
        assert request_basis.is_partner_vetted_and_ownership_proven(
            work, house.mine(work, house.ask())
        )


@pytest.mark.parametrize(
    ("playbook", "step"),
    [
        ("website-hacked", "defaced-whose"),
        ("website-down", "site-whose"),
        ("workspace-or-payment-fraud", "office-whose"),
        ("files-locked-or-lost", "files-whose"),
        ("device-lost-seized", "confirm-owner"),
        ("blocked-or-shutdown", "blocked-whose"),
    ],
)
def test_whoever_confirms_a_site_or_a_workspace_confirms_which(house, playbook, step):
    find_out(house, playbook, step, account=OTHER)

    assert confirmed(house, playbook) == OTHER
    request = house.ask(typed={**TYPED, "target_url": OTHER}, playbook=playbook)
    house.approve(request, who=house.lead)
    assert house.now(request).state is not EscalationState.DRAFT


def confirm_again(house, account):
    """A colleague finds out that it is another one, and does the step once more."""
    with house.as_(house.lead, datetime.now(UTC) + timedelta(minutes=1)) as work:
        run = playbook_at_work(work, house, "account-takeover")
        page = queries.pinned_playbook_of(run)
        playbooks.reopen_step(work, run, "confirm-owner")
        shown = showing(page, "confirm-owner", "confirmed")
        shown["evidence"] = {**shown["evidence"], "profile-url": account}
        duty.finish_step(work, run, "confirm-owner", outcome="confirmed", **shown)


def test_what_was_approved_does_not_leave_once_it_is_another_account(house):
    confirm(house)
    request = house.approved()

    confirm_again(house, OTHER)
    house.carry(request)

    delivery = house.delivery(request)
    assert delivery.state is DeliveryState.DEAD_LETTER
    assert house.context.mailer.sent == []
    with house.as_(house.writer) as work:
        assert requests.failure_code_of_delivery(work, delivery) == "another_account"
    with pytest.raises(Conflict, match="confirmed whose account this is"):
        send_again(house, request, house.writer)
    confirm_again(house, MINE)
    assert send_again(house, request, house.writer) is EscalationState.WITH_PARTNER


def test_nor_while_it_is_asked_again_who_they_are(house):
    """Ownership is confirmed of another account while the person is not, and the person then."""
    confirm(house)
    request = house.approved()
    with house.as_(house.lead, datetime.now(UTC)) as work:
        playbooks.reopen_step(
            work, playbook_at_work(work, house, "account-takeover"), "vetting.vouch"
        )

    confirm_again(house, OTHER)
    with house.as_(house.lead, datetime.now(UTC) + timedelta(minutes=2)) as work:
        run = playbook_at_work(work, house, "account-takeover")
        shown = showing(queries.pinned_playbook_of(run), "vetting.vouch", "confirmed")
        duty.finish_step(work, run, "vetting.vouch", outcome="confirmed", **shown)
    house.carry(request)

    assert house.delivery(request).state is DeliveryState.DEAD_LETTER


def test_confirmed_once_more_of_the_same_it_leaves(house):
    confirm(house)
    request = house.approved()

    confirm_again(house, MINE)
    house.carry(request)

    assert house.now(request).state is EscalationState.WITH_PARTNER


def test_what_may_have_arrived_is_not_opened_once_it_is_another_account(house, partner_desk):
    confirm(house)
    request = not_taken_yet(house)

    confirm_again(house, OTHER)

    page = sign_in(partner_desk, house.theirs).get(f"/requests/{request.ref}")
    assert page.status_code == 409
    assert "was stopped before it reached you" in page.text


def test_of_what_lies_with_the_partner_its_page_says_so_and_the_case_wakes(house, staff):
    confirm(house)
    request = house.carried()
    client, address = sign_in(staff, house.second), page_of(house, request)
    said = "Ownership of another account has been confirmed since"
    assert said not in client.get(address).text
    assert house.case_now().state is CaseState.WAITING

    confirm_again(house, OTHER)

    assert said in client.get(address).text
    assert house.case_now().state is CaseState.OPEN
    with house.context.begin() as work:
        told = select(OutboxJob).where(OutboxJob.job == "triage.tell_owner")
        assert any(
            one.arguments.get("request_id") == request.id for one in work.session.scalars(told)
        )
