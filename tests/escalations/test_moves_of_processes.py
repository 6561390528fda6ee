"""A request that is over, or was never approved, is moved by no worker, ticker or partner desk.

Tried with that role's own rights, past all operations: a packet that we withdrew before it left lay
open at the partner's desk as soon as its state said so.
"""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from helpdesk.core.errors import Conflict
from helpdesk.escalations import operations
from helpdesk.escalations.states import EscalationState
from tests.conftest import become

ROLES = ["helpdesk_worker", "helpdesk_ticker", "helpdesk_partner"]


def withdrawn(house):
    escalation = house.approved()
    with house.as_(house.writer) as work:
        operations.withdraw_request(work, house.mine(work, escalation))
    return escalation


def move(house, escalation, role, state):
    before = become(house.context, role)
    try:
        with house.context.begin() as work:
            statement = text("UPDATE escalations SET state = :state WHERE id = :id")
            return work.session.execute(statement, {"state": state, "id": escalation.id}).rowcount
    finally:
        become(house.context, before)


@pytest.mark.parametrize("role", ROLES)
def test_what_was_withdrawn_is_opened_to_no_partner_again(house, role):
    escalation = withdrawn(house)

    with pytest.raises(ProgrammingError, match="is over"):
        move(house, escalation, role, "with_partner")

    assert house.now(escalation).state is EscalationState.WITHDRAWN


@pytest.mark.parametrize("role", ROLES[:2])
def test_a_draft_is_moved_by_no_worker(house, role):
    escalation = house.ask()

    with pytest.raises(ProgrammingError, match="not approved"):
        move(house, escalation, role, "dispatching")


def test_a_draft_is_none_for_the_partner_desk(house):
    assert move(house, house.ask(), "helpdesk_partner", "with_partner") == 0


@pytest.mark.parametrize("role", ROLES[:2])
def test_what_is_on_its_way_is_moved_and_taken_back_as_before(house, role):
    escalation = house.approved()

    assert move(house, escalation, role, "dispatching") == 1
    assert move(house, escalation, role, "withdrawn") == 1
    with house.as_(house.writer) as work, pytest.raises(Conflict):
        operations.withdraw_request(work, house.mine(work, escalation))
