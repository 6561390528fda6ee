"""Exploring from a shell: what is counted, what a seed brings back, what is broken."""

import shutil

import pytest

from helpdesk.playbooks.repository import CONTENT
from tests.authoring.cli.shell import as_data, run


@pytest.fixture
def content(tmp_path):
    folder = tmp_path / "playbooks"
    shutil.copytree(CONTENT, folder)
    return folder


def test_exploring_holds_and_counts():
    status, data = as_data("simulate", "--explore", "--seeds", 5, "doxing", "advice")

    assert (status, data["broken"], data["seeds"]) == (0, 0, 5)
    assert len(data["invariants"]) == 8


def test_a_seed_can_be_looked_at_again():
    result = run("simulate", "--explore", "--seed", 17, "doxing")

    assert result.exit_code == 0
    assert "seed: 17" in result.stdout
    assert "Steps:" in result.stdout


def test_what_is_broken_names_its_seed(content):
    page = content / "types/account-takeover.yml"
    flag = (
        "red_flags:\n  - {id: planted, when: {is: [hold, ended]}, floor: immediate, why: Over.}\n"
    )
    page.write_text(
        page.read_text(encoding="utf-8").replace("red_flags:\n", flag), encoding="utf-8"
    )

    result = run("simulate", "--explore", "--seeds", 60, "account-takeover", "--folder", content)

    assert result.exit_code == 1
    assert "raising an answer never lowers the level" in result.stdout
    assert "helpdesk playbooks simulate --explore --seed " in result.stdout


def test_many_people_are_shared_among_processes():
    status, data = as_data("simulate", "--explore", "--seeds", 2000, "suspicious-message")

    assert (status, data["broken"]) == (0, 0)
