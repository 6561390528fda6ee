"""Who may do what to a case: a table of roles and states."""

import pytest

from helpdesk.cases import policy
from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseState
from helpdesk.core.actors import NOBODY, SYSTEM, Actor, Role, reporter

OWNER = Actor("person:a", Role.RESPONDER, frozenset({"queue"}), "a")
COLLEAGUE = Actor("person:b", Role.RESPONDER, frozenset({"queue"}), "b")
LEAD = Actor("person:c", Role.COORDINATOR, frozenset({"queue"}), "c")
OUTSIDE = Actor("person:d", Role.RESPONDER, frozenset({"other"}), "d")
OPERATOR = Actor("person:e", Role.OPERATOR, frozenset({"queue"}), "e")
PARTNER = Actor("person:f", Role.PARTNER, frozenset({"queue"}), "f")
NOT_STAFF = (OUTSIDE, OPERATOR, PARTNER, NOBODY, SYSTEM, reporter("case"))

RULES = {
    # rule: (who may while it is open, who may while it is closed)
    policy.may_see_case: ({OWNER, COLLEAGUE, LEAD}, {OWNER, COLLEAGUE, LEAD}),
    policy.may_work_on_case: ({OWNER, COLLEAGUE, LEAD}, set()),
    policy.may_claim_case: ({OWNER, COLLEAGUE, LEAD}, set()),
    policy.may_reassign_case: ({OWNER, LEAD}, set()),
    policy.may_close_case: ({OWNER, LEAD}, set()),
    policy.may_reopen_case: (set(), {OWNER, COLLEAGUE, LEAD}),
}


def a_case_in(state):
    return Case(id="case", team_id="queue", state=state, owner_id="a")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("state", CaseState)
def test_the_table_of_who_may(rule, state):
    while_open, while_closed = RULES[rule]
    case = a_case_in(state)

    may = {actor for actor in (OWNER, COLLEAGUE, LEAD, *NOT_STAFF) if rule(actor, case)}

    assert may == (while_closed if state is CaseState.CLOSED else while_open)


def test_nobodys_case_has_no_owner_who_may():
    case = a_case_in(CaseState.OPEN)
    case.owner_id = None

    assert not policy.may_close_case(COLLEAGUE, case)
    assert not policy.may_close_case(Actor("x", Role.RESPONDER, frozenset({"queue"})), case)
