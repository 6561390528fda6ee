"""Two presses in a real browser on a slow line: what `make faults` does at length, in short."""

import pytest

from bench.faults import pressing
from bench.seeding import several_cases
from tests.faults.conftest import SEED
from tests.faults.test_promises import holds

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_pressed_twice_on_a_slow_line_is_made_once_and_answered(scene):
    for surface in ("public", "staff"):
        scene.serve(surface)
    refs = several_cases(scene.house, 5)

    trial = pressing.trial(scene.house, scene.coordinator, refs, seed=SEED, presses=5)

    assert holds(trial), trial.faults
    assert trial.acknowledged == 5
