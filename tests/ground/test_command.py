"""The helpdesk command: a half-configured helpdesk says all that is missing, and does not start."""

import pytest
from click.testing import CliRunner

from helpdesk.cli import main

EVERYTHING = [
    "DATABASE_URL",
    "REDIS_URL",
    "PUBLIC_URL",
    "STAFF_URL",
    "PARTNER_URL",
    "MAIL_URL",
    "MAIL_FROM",
    "SERVICE_KEY_FILE",
]


@pytest.mark.parametrize(
    "words", [("migrate",), ("worker", "notices"), ("ticker",), ("history", "verify")]
)
def test_a_half_configured_helpdesk_names_all_that_is_missing(words, monkeypatch):
    for name in EVERYTHING:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REDIS_URL", "unix:///nowhere")

    answer = CliRunner().invoke(main, words)

    assert answer.exit_code == 1
    assert "half configured" in answer.output
    for name in EVERYTHING:
        assert (f"{name} is missing" in answer.output) == (name != "REDIS_URL")
    assert "Traceback" not in answer.output


def test_forgetting_asks_first(place, monkeypatch):
    answer = CliRunner().invoke(main, ["forget-instance", "--instance", str(place)], input="n\n")

    assert answer.exit_code == 1
    assert place.exists()


def test_forgetting_removes_the_whole_instance(place):
    instance = place / "instance"
    (instance / "keys").mkdir(parents=True)

    answer = CliRunner().invoke(main, ["forget-instance", "--instance", str(instance), "--yes"])

    assert answer.exit_code == 0, answer.output
    assert not instance.exists()
