"""The worked example of playbooks/README.md, followed line by line: what it promises comes true."""

import re
import shutil

import pytest
from click.testing import CliRunner

from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.reading.folder import playbook_names
from helpdesk.cli import main
from helpdesk.playbooks.repository import CONTENT

README = (CONTENT / "README.md").read_text()
BLOCKS = re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL)
PAGE, WALKS, ANSWERS = BLOCKS[:3]
NAME = "chat-flooded"


@pytest.fixture
def folder(tmp_path):
    kept = shutil.ignore_patterns("i18n")
    return shutil.copytree(CONTENT, tmp_path / "playbooks", ignore=kept)


@pytest.fixture
def tool(folder):
    def run(*words):
        name, *rest = words
        return CliRunner().invoke(main, ["playbooks", name, "--folder", str(folder), *rest])

    return run


@pytest.fixture
def written(folder, tool):
    (folder / f"types/{NAME}.yml").write_text(PAGE)
    (folder / f"tests/{NAME}.yml").write_text(WALKS)
    assert tool("ids").exit_code == 0
    return folder


def test_an_empty_file_is_the_first_finding(folder, tool):
    (folder / f"types/{NAME}.yml").write_text("")

    said = tool("lint", NAME)

    assert said.exit_code == 1
    assert f"playbooks/types/{NAME}.yml, line 1: error L01: the file is empty" in said.stdout


def test_the_page_of_the_example_is_clean_beside_all_others(written, tool):
    said = tool("lint")

    assert (said.exit_code, said.stdout.splitlines()[:-1]) == (0, [])
    assert "0 errors, 0 warnings" in said.stdout


def test_its_people_come_where_they_must(written, tool):
    assert tool("simulate", "--all", NAME).exit_code == 0


def test_a_planted_mistake_reads_as_the_example_says(written, tool):
    page = written / f"types/{NAME}.yml"
    page.write_text(PAGE.replace("floor: urgent", "floor: huge"))

    said = tool("lint", NAME).stdout.splitlines()[0]

    assert said in README


def test_its_answers_lead_to_a_level_and_an_end(written, tool, tmp_path):
    answers = tmp_path / "answers.yml"
    answers.write_text(ANSWERS)

    said = tool("simulate", NAME, "--answers", str(answers))

    assert said.exit_code == 0
    assert "URGENT by rule R6" in said.stdout
    assert "expect:" in said.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "begins"), [(["export", NAME, "--html"], "<!doctype html"), (["graph", NAME], "<svg")]
)
def test_it_can_be_printed_and_drawn(written, tool, tmp_path, words, begins):
    file = tmp_path / "out"

    assert tool(*words, "--out", str(file)).exit_code == 0
    assert begins in file.read_text()[:300].lower()


def test_the_page_is_in_nobodys_way():
    assert NAME not in playbook_names(CONTENT)
    assert f"by {len(LintRule)} rules" in README
