"""`helpdesk playbooks lint`: what it says, and with which status it ends."""

import json
import shutil

import pytest
from click.testing import CliRunner

from helpdesk.authoring.lint_rules import LintRule
from helpdesk.cli import main
from helpdesk.playbooks.repository import CONTENT

ACCOUNT = "types/account-takeover.yml"


@pytest.fixture
def folder(tmp_path):
    kept = shutil.ignore_patterns("i18n")
    return shutil.copytree(CONTENT, tmp_path / "playbooks", ignore=kept)


def lint(folder, *words):
    return CliRunner().invoke(main, ["playbooks", "lint", "--folder", str(folder), *words])


def plant(folder, file, old, new):
    page = folder / file
    assert old in page.read_text()
    page.write_text(page.read_text().replace(old, new, 1))


def test_clean_pages_end_with_status_0_and_one_line(folder):
    said = lint(folder)

    assert (said.exit_code, len(said.stdout.splitlines())) == (0, 1)
    assert "0 errors, 0 warnings" in said.stdout


def test_a_finding_ends_with_status_1_and_names_rule_file_and_line(folder):
    plant(folder, ACCOUNT, "floor: immediate", "floor: sky-high")

    said = lint(folder)
    told = json.loads(lint(folder, "--json").stdout)

    assert said.exit_code == 1
    assert said.stdout.startswith(f"playbooks/{ACCOUNT}, line ")
    [finding] = told["findings"]
    assert (finding["rule"], finding["severity"]) == ("L01", "error")
    assert finding["file"] == f"playbooks/{ACCOUNT}"
    assert finding["line"] > 1
    assert told["errors"] == 1


def test_a_type_asks_for_its_own_files_only(folder):
    plant(folder, ACCOUNT, "floor: immediate", "floor: sky-high")

    assert lint(folder, "doxing").exit_code == 0
    assert lint(folder, "account-takeover", "doxing").exit_code == 1


def test_a_type_that_is_not_there_cannot_be_checked(folder):
    said = lint(folder, "dragons")

    assert said.exit_code == 2
    assert "There is no page 'dragons'" in said.stderr


def test_a_warning_is_a_finding_unless_somebody_forgives_it(folder):
    review = "reviewed: {on: 2025-11-01, by: [lived experience], next: 2026-05-01}\n"
    plant(folder, ACCOUNT, "status: draft ", f"{review}status: draft ")

    assert lint(folder, "--on", "2026-05-02").exit_code == 1
    assert lint(folder, "--on", "2026-05-02", "--forgiving").exit_code == 0
    assert lint(folder, "--on", "2026-09-01", "--forgiving").exit_code == 1


def test_what_all_pages_share_does_not_read_and_that_is_all_that_is_said(folder):
    (folder / "triage.yml").write_text("schema: triage/1\n")

    told = json.loads(lint(folder, "--json").stdout)

    assert {finding["file"] for finding in told["findings"]} == {"playbooks/triage.yml"}


def test_the_rules_can_be_listed():
    said = CliRunner().invoke(main, ["playbooks", "lint", "--rules"])

    assert said.exit_code == 0
    assert [line[:3] for line in said.stdout.splitlines()] == list(LintRule)
