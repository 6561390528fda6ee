"""Short fault trials: what `make faults` does at length. The figures are printed with -s."""

import click
import pytest

from bench.faults import burying, claiming, delivering, requests, submitting
from bench.seeding import several_cases
from tests.faults.conftest import CROWD, SEED

pytestmark = pytest.mark.slow


def holds(trial):
    click.echo("\n".join(trial.lines()))
    return trial.holds


def test_an_acknowledged_report_is_never_lost(scene):
    scene.house.work("notices")
    scene.house.tick()
    scene.serve("public")

    trial = submitting.trial(scene.house, scene.coordinator, seed=SEED, kills=8)

    assert holds(trial), trial.faults
    assert trial.acknowledged > 0
    assert sum(trial.kills.values()) == 8


def test_the_same_form_sent_by_many_at_once_is_one_case(scene):
    scene.serve("public")

    trial = submitting.same_form_by_many(
        scene.house, scene.coordinator, seed=SEED, forms=3, threads=50
    )

    assert holds(trial), trial.faults
    assert trial.acknowledged == 150


def test_a_case_has_one_owner(scene):
    scene.serve("staff")
    refs = several_cases(scene.house, 25)

    trial = claiming.trial(scene.house, scene.responders, refs, seed=SEED, kills=3)

    assert holds(trial), trial.faults
    assert trial.done["answered 409"] >= CROWD


def test_a_request_is_delivered_under_one_id_and_every_repeat_is_visible(scene):
    ready = requests.drafted(scene.house, scene.responders[0], scene.partner, 8)
    scene.house.work("deliveries")
    scene.house.tick()

    trial = delivering.trial(scene.house, scene.coordinator, ready, scene.mail, seed=SEED, kills=6)

    assert holds(trial), trial.faults
    assert trial.done["mails"] >= 8


def test_very_many_promises_at_once_bury_nobodys_alarm(scene):
    scene.house.work("notices")
    scene.house.tick()

    trial = burying.trial(scene.house, seed=SEED, many=4_000)

    assert holds(trial), trial.faults
    assert trial.done["planted"] == 4_000
