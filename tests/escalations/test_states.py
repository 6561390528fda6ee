"""A state is known everywhere: whoever adds one is told here what it still lacks."""

import pytest

from helpdesk.escalations.staff_and_partner_labels import FOR_PARTNER, STATES
from helpdesk.escalations.states import MOVES, OPEN_TO_PARTNER, PILES, EscalationState

NOT_LEFT = {EscalationState.DRAFT, EscalationState.APPROVED}
ENDED = {EscalationState.DECIDED, EscalationState.CLOSED, EscalationState.WITHDRAWN}


def test_each_has_words_for_us_and_for_a_partner_who_can_see_it():
    assert set(STATES) == set(EscalationState)
    assert set(FOR_PARTNER) == set(EscalationState) - NOT_LEFT


def test_a_partner_finds_each_request_that_has_left_in_one_pile():
    piled = [state for states in PILES.values() for state in states]

    assert sorted(piled) == sorted(set(EscalationState) - NOT_LEFT)
    assert set(piled) >= OPEN_TO_PARTNER


@pytest.mark.parametrize("state", sorted(set(EscalationState) - ENDED))
def test_whoever_takes_the_agreement_back_can_stop_it_wherever_it_stands(state):
    assert EscalationState.WITHDRAWN in MOVES[state]
