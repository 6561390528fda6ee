"""No sequence of people and acts sends on one word what needs two, or lowers a level by one."""

import sys

import hypothesis
import pytest
from hypothesis.stateful import run_state_machine_as_test

from helpdesk.escalations import gates
from helpdesk.escalations.operations import replying
from tests.escalations.acts import TRIED, TwoPeople

SEED = 7
SEQUENCES, ACTS = 12, 25


def run(desk, *, seed=SEED, sequences=SEQUENCES, acts=ACTS):
    """So many sequences of so many acts; what was tried, by kind."""
    TRIED.clear()
    machine = type("OnThisDesk", (TwoPeople,), {"desk": desk})
    settings = hypothesis.settings(
        max_examples=sequences,
        stateful_step_count=acts,
        deadline=None,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    run_state_machine_as_test(hypothesis.seed(seed)(machine), settings=settings)
    return TRIED


def test_nothing_leaves_and_no_level_falls_on_the_word_of_one(desk, request):
    sequences, seed = map(request.config.getoption, ("--sequences", "--acts-seed"))

    tried = run(desk, seed=seed, sequences=sequences)

    sys.stdout.write(f"\n{sequences} sequences of people and acts, seed {seed}: {dict(tried)}\n")
    assert tried["acts"] > tried["refused"] > 0
    assert tried["let in"] + tried["approved"] > 0


SAID = r"it left on one word|had opened a gate|is called|an answer left"
PLANTED = {
    "a part is forgotten": (gates, "leaves_alone", lambda _seen, _approver: False),
    "an answer is not held": (replying, "needs_second_person", lambda _ask: False),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_seen(desk, monkeypatch, fault):
    monkeypatch.setattr(*PLANTED[fault])

    with pytest.raises(AssertionError, match=SAID):
        run(desk, sequences=60)
