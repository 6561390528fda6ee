"""No sequence of people and acts sends on one word what needs two, or lowers a level by one."""

import sys

import pytest

from helpdesk.escalations import gates
from helpdesk.escalations.operations import staff_actions
from tests.escalations.acts import TRIED, TwoPeople
from tests.sequences import run_sequences

SEED = 7
SEQUENCES, ACTS = 12, 25


def run(context, *, seed=SEED, sequences=SEQUENCES, acts=ACTS):
    """So many sequences of so many acts; what was tried, by kind."""
    TRIED.clear()
    run_sequences(TwoPeople, context, seed=seed, sequences=sequences, acts=acts)
    return TRIED


def test_nothing_leaves_and_no_level_falls_on_the_word_of_one(context, request):
    sequences, seed = map(request.config.getoption, ("--sequences", "--acts-seed"))

    tried = run(context, seed=seed, sequences=sequences)

    sys.stdout.write(f"\n{sequences} sequences of people and acts, seed {seed}: {dict(tried)}\n")
    assert tried["acts"] > tried["refused"] > 0
    assert tried["let in"] + tried["approved"] > 0


SAID = r"it left on one word|had opened a gate|is called|an answer left"
PLANTED = {
    "a part is forgotten": (gates, "leaves_unread", lambda _seen, _approver: False),
    "an answer is not held": (staff_actions, "needs_second_person", lambda _ask: False),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_seen(context, monkeypatch, fault):
    monkeypatch.setattr(*PLANTED[fault])

    with pytest.raises(AssertionError, match=SAID):
        run(context, sequences=60)
