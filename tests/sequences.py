"""Running a machine of Hypothesis: so many sequences of so many acts, the same for one seed."""

import hypothesis
from hypothesis.errors import FlakyFailure
from hypothesis.stateful import run_state_machine_as_test


def run_sequences(machine, context, *, seed, sequences, acts):
    """Let the machine act on this desk. What it finds wrong is raised."""
    settings = hypothesis.settings(
        max_examples=sequences,
        stateful_step_count=acts,
        deadline=None,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    on_this_desk = type("OnThisDesk", (machine,), {"context": context})
    try:
        run_state_machine_as_test(hypothesis.seed(seed)(on_this_desk), settings=settings)
    except FlakyFailure as differs:
        # It is played once more at the end, when ids and the clock are others: seen once is seen.
        raise differs.exceptions[0] from None
