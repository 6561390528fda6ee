"""export and graph as they are called from a shell."""

import json
import shutil

import pytest
from click.testing import CliRunner

from helpdesk.cli import main
from helpdesk.playbooks.repository import CONTENT


@pytest.fixture
def tool(monkeypatch):
    monkeypatch.delenv("CACAO_SCHEMAS", raising=False)

    def run(*words):
        return CliRunner().invoke(main, ["playbooks", *words])

    return run


def test_a_page_comes_out_as_cacao_and_the_same_again(tool):
    first, again = (tool("export", "account-takeover", "--cacao") for _ in range(2))
    assert first.exit_code == 0
    assert first.stdout_bytes == again.stdout_bytes
    assert json.loads(first.stdout)["spec_version"] == "cacao-2.0"


def test_the_official_schemas_are_asked_where_they_are_named(tool, schemas_folder, monkeypatch):
    monkeypatch.setenv("CACAO_SCHEMAS", str(schemas_folder))
    said = json.loads(tool("export", "account-takeover", "--cacao", "--json").stdout)
    assert said["checked_by"] == ["our own rules", "the official schemas, draft-07"]
    assert said["faults"] == []


def test_schemas_that_are_not_there_are_not_passed_over(tool, monkeypatch, tmp_path):
    monkeypatch.setenv("CACAO_SCHEMAS", str(tmp_path))
    told = tool("export", "account-takeover", "--cacao")
    assert told.exit_code == 2
    assert "holds no playbook.json" in told.stderr


@pytest.mark.parametrize(("form", "start"), [("--markdown", "# "), ("--html", "<!doctype html>")])
def test_a_page_comes_out_on_paper(tool, form, start, tmp_path):
    assert tool("export", "account-takeover", form).stdout.startswith(start)
    kept = tmp_path / "sheet"
    assert tool("export", "account-takeover", form, "--out", str(kept)).stdout == ""
    assert kept.read_text().startswith(start)


def test_a_picture_comes_out(tool):
    told = tool("graph", "account-takeover")
    assert told.exit_code == 0
    assert told.stdout.startswith("<svg")
    assert json.loads(tool("graph", "account-takeover", "--json").stdout)["type"] == (
        "account-takeover"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["export", "nowhere", "--cacao"], "There is no page “nowhere”. There are: account-"),
        (["export", "account-takeover"], "--cacao, --markdown, --html or --identity"),
        (["export", "account-takeover", "--html", "--lang", "xx"], "no translation into “xx”"),
        (["graph", "nowhere"], "There is no page"),
    ],
)
def test_what_cannot_be_done_is_said(tool, words, said):
    told = tool(*words)
    assert told.exit_code == 2
    assert said in told.stderr


def test_a_page_without_an_identifier_does_not_leave(tool, tmp_path):
    folder = tmp_path / "playbooks"
    shutil.copytree(CONTENT, folder)
    (folder / "ids.lock.yml").unlink()
    told = tool("export", "account-takeover", "--cacao", "--folder", str(folder))
    assert told.exit_code == 2
    assert "helpdesk playbooks ids" in told.stderr
