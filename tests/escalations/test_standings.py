"""A standing is known everywhere: whoever adds one is told here what it still lacks."""

import pytest

from helpdesk.escalations.standing import MOVES, OPEN_TO_PARTNER, PILES, Standing
from helpdesk.escalations.words import FOR_PARTNER, STANDINGS

NOT_LEFT = {Standing.DRAFT, Standing.APPROVED}
ENDED = {Standing.DECIDED, Standing.CLOSED, Standing.WITHDRAWN}


def test_each_has_words_for_us_and_for_a_partner_who_can_see_it():
    assert set(STANDINGS) == set(Standing)
    assert set(FOR_PARTNER) == set(Standing) - NOT_LEFT


def test_a_partner_finds_each_request_that_has_left_in_one_pile():
    piled = [standing for standings in PILES.values() for standing in standings]

    assert sorted(piled) == sorted(set(Standing) - NOT_LEFT)
    assert set(piled) >= OPEN_TO_PARTNER


@pytest.mark.parametrize("standing", sorted(set(Standing) - ENDED))
def test_whoever_takes_the_agreement_back_can_stop_it_wherever_it_stands(standing):
    assert Standing.WITHDRAWN in MOVES[standing]
