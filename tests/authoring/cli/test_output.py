"""What every tool promises: its status, its JSON, and a bar for whoever waits."""

import json

import click
import pytest
from click.testing import CliRunner

from helpdesk.authoring.cli import PlaybookCommands, output
from helpdesk.cli import main


def a_tool(does):
    group = PlaybookCommands("playbooks")

    @click.command()
    @output.as_json_option
    def tool(*, as_json):
        does(as_json)

    group.get_command = lambda _ctx, _name: tool
    return group


def run(does, *words):
    return CliRunner().invoke(a_tool(does), ["tool", *words])


@pytest.mark.parametrize(("findings", "status"), [(False, 0), (True, 1)])
def test_the_status_says_whether_something_was_found(findings, status):
    def does(as_json):
        output.print_and_exit(["One line."], {"one": 1}, findings=findings, as_json=as_json)

    said, written = run(does), run(does, "--json")

    assert (said.exit_code, said.stdout) == (status, "One line.\n")
    assert (written.exit_code, json.loads(written.stdout)) == (status, {"one": 1})


@pytest.mark.parametrize(
    "fault", [output.ToolCannotRun("It is gone."), OSError("It is gone."), KeyError("It is gone.")]
)
def test_what_keeps_a_tool_from_running_is_never_a_finding(fault):
    def does(_as_json):
        raise fault

    told = run(does)

    assert told.exit_code == 2
    assert "It is gone." in told.stderr
    assert told.stdout == ""


def test_a_tool_that_nobody_knows_cannot_run():
    assert CliRunner().invoke(main, ["playbooks", "guess"]).exit_code == 2


def test_a_folder_without_pages_is_said_and_cannot_be_worked_on(tmp_path):
    told = CliRunner().invoke(main, ["playbooks", "ids", "--folder", str(tmp_path)])

    assert told.exit_code == 2
    assert "There are no pages" in told.stderr


def test_who_waits_over_two_seconds_sees_a_bar_and_nobody_else(capsys, monkeypatch):
    assert list(output.with_progress_bar([1, 2], total=2, doing="Reading")) == [1, 2]
    assert capsys.readouterr() == ("", "")

    monkeypatch.setattr(output, "PATIENCE", 0.0)
    assert list(output.with_progress_bar([1, 2], total=2, doing="Reading")) == [1, 2]
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1] == "Reading ██████████ 2/2"
