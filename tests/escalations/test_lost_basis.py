"""A request lies with its partner, and a colleague finds out that it should not."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseState, WaitsOn
from helpdesk.duty import operations as duty
from helpdesk.duty import queries as board
from helpdesk.escalations import operations
from helpdesk.runs import operations as steps
from helpdesk.runs import queries
from tests.escalations.test_partner_in_doubt import queued
from tests.escalations.test_whose_account import confirm
from tests.factories import sign_in
from tests.runs.conftest import showing

NEWS = "triage.tell_owner"


@pytest.fixture
def carried(house):
    confirm(house)
    return house.carried(playbook="account-takeover")


def find_out(house, step, outcome):
    with house.as_(house.second, datetime.now(UTC) + timedelta(minutes=5)) as work:
        run = queries.unfinished_run_of(
            work, work.session.get(Case, house.case.id), "account-takeover"
        )
        steps.reopen_step(work, run, step)
        page = queries.pinned_playbook_of(run)
        duty.finish_step(work, run, step, outcome=outcome, **showing(page, step, outcome))


def on_board(house):
    with house.as_(house.lead) as work:
        return [one.ref for one in board.load_board(work).without_basis]


FOUND_OUT = [
    ("confirm-owner", "refused"),
    ("confirm-owner", "cannot_tell"),
    ("vetting.vouch", "refused"),
]


@pytest.mark.parametrize(("step", "outcome"), FOUND_OUT)
def test_the_case_wakes_and_stands_on_the_board(house, staff, carried, step, outcome):
    assert house.case_now().waits_on is WaitsOn.PARTNER
    told = len(queued(house, NEWS))

    find_out(house, step, outcome)

    assert house.case_now().state is CaseState.OPEN
    assert len(queued(house, NEWS)) > told
    assert on_board(house) == [carried.ref]
    page = sign_in(staff, house.writer).get(f"/cases/{house.case.ref}").text
    assert f"still has {carried.ref} and may act on it" in page

    with house.as_(house.writer) as work:
        operations.withdraw_request(work, house.mine(work, carried))
    assert on_board(house) == []


def test_what_is_confirmed_once_more_wakes_nobody(house, carried):
    assert on_board(house) == []
    with house.as_(house.second, datetime.now(UTC) + timedelta(minutes=5)) as work:
        operations.follow_lost_basis(work, work.session.get(Case, house.case.id))

    assert house.case_now().waits_on is WaitsOn.PARTNER
