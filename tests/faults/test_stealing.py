"""A stolen address of Redis: nothing that is written with it runs, and nothing is stopped by it."""

import click
import pytest

from bench.faults import stealing
from bench.faults.hostile import WAYS
from tests.faults.conftest import SEED

pytestmark = pytest.mark.slow


def test_a_stolen_address_of_redis_runs_nothing_and_stops_nothing(scene):
    scene.house.work("notices")
    scene.house.tick()

    trial = stealing.trial(scene.house, seed=SEED, tries=60, promises=6)

    click.echo("\n".join(trial.lines()))
    assert trial.holds, trial.faults
    assert trial.acknowledged == 6
    # How many the server takes is chance: what an earlier write left there refuses the next.
    assert trial.done["written as the keeper"] > 0


def test_the_judge_sees_a_worker_that_runs_what_is_named_in_redis(scene):
    scene.house.work("notices", "tests.faults.believing", user="keeper")
    scene.house.tick()

    trial = stealing.trial(
        scene.house, seed=SEED, tries=40, promises=0, ways={"os.system": WAYS["os.system"]}
    )

    assert any("was run" in fault for fault in trial.faults)
