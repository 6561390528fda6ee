"""A request lies with its partner, and a colleague finds out that it should not."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseState, WaitsOn
from helpdesk.duty import operations as duty
from helpdesk.duty import queries as board
from helpdesk.escalations import operations
from helpdesk.escalations.states import Ask
from helpdesk.runs import operations as steps
from helpdesk.runs import queries
from tests.escalations.test_partner_in_doubt import queued
from tests.escalations.test_whose_account import MINE, OTHER, confirm
from tests.factories import a_person, sign_in
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


def about_other_accounts(house, who=None):
    with house.as_(who or house.lead) as work:
        return [one.ref for one in board.load_board(work).for_other_accounts]


@pytest.mark.parametrize("ask", [Ask.RESTORE, Ask.LOCK, Ask.REVIEW])
def test_what_is_about_another_account_than_the_confirmed_one_stands_there_as_well(
    house, staff, ask
):
    confirm(house)
    carried = house.carried(ask=ask, playbook="account-takeover")
    client = sign_in(staff, house.writer)
    said = f"still has {carried.ref} and may act on it. It is about another account."
    assert about_other_accounts(house) == []
    assert said not in client.get(f"/cases/{house.case.ref}").text

    confirm_again(house, OTHER)

    assert on_board(house) == []
    assert about_other_accounts(house) == [carried.ref]
    assert "Sent requests about a different account" in client.get("/duty").text
    assert said in client.get(f"/cases/{house.case.ref}").text
    with house.context.begin() as work:
        queue = work.session.merge(house.queue)
        outside = a_person(work, teams=[queue], let_in=False)
    assert about_other_accounts(house, who=outside) == []

    confirm_again(house, MINE, minutes=10)
    assert about_other_accounts(house) == []


def confirm_again(house, account, minutes=5):
    with house.as_(house.lead, datetime.now(UTC) + timedelta(minutes=minutes)) as work:
        run = queries.unfinished_run_of(
            work, work.session.get(Case, house.case.id), "account-takeover"
        )
        steps.reopen_step(work, run, "confirm-owner")
        shown = showing(queries.pinned_playbook_of(run), "confirm-owner", "confirmed")
        shown["evidence"] = {**shown["evidence"], "profile-url": account}
        duty.finish_step(work, run, "confirm-owner", outcome="confirmed", **shown)


def test_what_is_confirmed_once_more_wakes_nobody(house, carried):
    assert on_board(house) == []
    with house.as_(house.second, datetime.now(UTC) + timedelta(minutes=5)) as work:
        operations.wake_case_if_requests_not_justified(work, work.session.get(Case, house.case.id))

    assert house.case_now().waits_on is WaitsOn.PARTNER
