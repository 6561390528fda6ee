"""Ownership is confirmed of one account, and no other is given back on the strength of it."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.cases.models import Case
from helpdesk.core.errors import Conflict
from helpdesk.duty import operations as duty
from helpdesk.escalations import packet_sources
from helpdesk.escalations.states import EscalationState
from helpdesk.runs import queries
from tests.escalations.conftest import TYPED
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
        run = duty.add_playbook(work, case, "account-takeover")
        page = queries.pinned_playbook_of(run)
        shown = showing(page, "confirm-owner", "confirmed")
        shown["evidence"] = {**shown["evidence"], "profile-url": account}
        for step, outcome in BEFORE.items():
            duty.finish_step(work, run, step, outcome=outcome, **showing(page, step, outcome))
        duty.finish_step(work, run, "confirm-owner", outcome="confirmed", **shown)


def confirmed(house):
    with house.as_(house.writer) as work:
        return packet_sources.account_confirmed(work, work.session.get(Case, house.case.id))


def write_elsewhere(house, account):
    """Another playbook of the case writes another address down where it asks for one."""
    with house.as_(house.second, datetime.now(UTC) + timedelta(minutes=1)) as work:
        run = duty.add_playbook(work, work.session.get(Case, house.case.id), "impersonation")
        page = queries.pinned_playbook_of(run)
        shown = showing(page, "save-pages", "saved")
        shown["evidence"] = {**shown["evidence"], "profile-url": account}
        duty.finish_step(work, run, "save-pages", outcome="saved", **shown)


def test_what_somebody_types_instead_is_not_asked_for(house):
    request = house.ask(typed={**TYPED, "target_url": OTHER})

    with pytest.raises(Conflict, match="confirmed whose account this is"):
        house.approve(request)
    assert house.now(request).state is EscalationState.DRAFT


def test_what_is_written_down_after_it_is_not_the_account(house):
    write_elsewhere(house, OTHER)
    assert confirmed(house) == ""
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
