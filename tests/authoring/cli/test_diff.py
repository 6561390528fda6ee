"""Two editions side by side from a shell: files, folders, revisions, and whose way changes."""

import re
import shutil
import subprocess

import pytest

from helpdesk.playbooks.repository import CONTENT
from tests.authoring.cli import shell

ACCOUNT = CONTENT / "types/account-takeover.yml"


def as_data(*arguments):
    return shell.as_data("diff", *arguments)


def run(*arguments):
    return shell.run("diff", *arguments)


def rewritten(text, old, new):
    assert old in text
    return text.replace(old, new)


@pytest.fixture
def newer(tmp_path):
    """Another edition of the page about accounts, in a file of its own."""

    def write(old, new):
        file = tmp_path / "newer.yml"
        file.write_text(rewritten(ACCOUNT.read_text(encoding="utf-8"), old, new), encoding="utf-8")
        return file

    return write


@pytest.fixture
def house(tmp_path):
    """A repository of its own with one commit."""
    folder = tmp_path / "house/playbooks"
    shutil.copytree(CONTENT, folder)
    git(folder, "init", "-q")
    commit(folder)
    return folder


def git(folder, *arguments):
    who = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
    subprocess.run(["git", "-C", str(folder.parent), *who, *arguments], check=True)


def commit(folder):
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "An edition")


def change(folder, file, old, new):
    path = folder / file
    path.write_text(rewritten(path.read_text(encoding="utf-8"), old, new), encoding="utf-8")


def test_an_edition_does_not_differ_from_itself():
    status, data = as_data(ACCOUNT, ACCOUNT)

    assert status == 0
    assert data["types"] == data["added"] == data["removed"] == []
    assert data["walks"] >= 4


def test_a_higher_floor_changes_levels(newer):
    status, data = as_data(ACCOUNT, newer("floor: urgent", "floor: immediate"))

    assert status == 1
    [page] = data["types"]
    assert set(page["changes"]["red_flags"]["changed"]) >= {"lures-others"}
    assert page["changes"]["steps"] == {"added": [], "removed": [], "changed": [], "reworded": []}
    assert {(one["what"], one["old"], one["new"]) for one in page["walks"]} == {
        ("level", "urgent", "immediate")
    }


def test_a_step_that_is_new_shows_in_every_walk_that_takes_it(newer):
    step = """\
  - id: breathe
    title: Take a breath together
    phase: care
    who: responder
    do: Take a breath together before you go on.
    ends_as:
      - {id: done, label: Done}

  - id: rule-out
"""
    file = newer("  - id: rule-out\n", step)

    _, data = as_data(ACCOUNT, file)
    said = run(ACCOUNT, file).stdout

    [page] = data["types"]
    assert page["changes"]["steps"]["added"] == ["breathe"]
    assert {one["what"] for one in page["walks"]} == {"steps"}
    assert all("breathe" in one["new"] and "breathe" not in one["old"] for one in page["walks"])
    assert "steps added: breathe" in said


def test_walks_that_fit_only_the_older_edition_are_tried_on_the_newer(house):
    page = house / "types/account-takeover.yml"
    older = page.read_text(encoding="utf-8")
    start = older.index("  - id: typed\n")
    stop = older.index("  - id: inside\n")
    newer = older[:start] + older[stop:]
    newer = re.sub(r"    when: .*\btyped\b.*\n", "", newer)
    page.write_text(newer, encoding="utf-8")

    status, data = as_data("HEAD", "--folder", house)

    assert status == 1
    [changed] = data["types"]
    assert changed["changes"]["questions"]["removed"] == ["typed"]
    assert data["walks"] >= 100


def test_revisions_are_compared_with_each_other_and_with_what_lies_there(house):
    change(house, "triage.yml", "routine R12, routine R12,", "routine R12, soon R11,")
    commit(house)

    status, between = as_data("HEAD~1", "HEAD", "--folder", house)
    _, now = as_data("HEAD~1", "--folder", house)
    same, _ = as_data("HEAD", "--folder", house)

    assert (status, same) == (1, 0)
    assert between["types"] == now["types"]
    turns = [one for page in between["types"] for one in page["walks"]]
    assert {(one["old"], one["new"]) for one in turns if one["what"] == "rule"} == {("R12", "R11")}


def test_pages_that_come_and_go_are_named(house):
    (house / "types/advice.yml").rename(house / "types/counsel.yml")
    change(house, "types/counsel.yml", "id: advice\n", "id: counsel\n")
    (house / "tests/advice.yml").unlink()
    for file in (house / "types").glob("*.yml"):
        text = file.read_text(encoding="utf-8")
        text = text.replace("playbook: advice", "playbook: counsel").replace(
            "go_to: advice", "go_to: counsel"
        )
        file.write_text(text.replace("  advice: ", "  counsel: "), encoding="utf-8")

    status, data = as_data("HEAD", "--folder", house)

    assert status == 1
    assert (data["added"], data["removed"]) == (["counsel"], ["advice"])


def test_an_edition_from_before_a_vocabulary_is_lent_it(house):
    kept = house.parent / "kept.yml"
    (house / "vocab/services.yml").rename(kept)
    commit(house)
    kept.rename(house / "vocab/services.yml")

    assert run("HEAD", "--folder", house).exit_code == 0


@pytest.mark.parametrize("revision", ["nothing", "--upload-pack=x", "HEAD~99"])
def test_what_is_no_edition_is_refused(house, revision):
    result = run("--folder", house, "--", revision)

    assert result.exit_code == 2
    assert "is neither a file, nor a folder of playbooks, nor a git revision" in result.output


def test_a_revision_without_playbooks_is_refused(house):
    git(house, "mv", "playbooks", "elsewhere")
    commit(house)
    git(house, "mv", "elsewhere", "playbooks")

    result = run("HEAD", "--folder", house)

    assert result.exit_code == 2
    assert "There are no playbooks" in result.output


def test_two_types_are_not_compared():
    result = run(ACCOUNT, CONTENT / "types/doxing.yml")

    assert result.exit_code == 2
    assert "These are two types: account-takeover and doxing." in result.output


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("id: account-takeover\n", "line 1: the key"),
        ("title: x\n", "it has no id"),
        ("id: ../../x\n", "is not an id"),
        ("[", "not YAML"),
    ],
)
def test_a_file_that_does_not_read_is_named(tmp_path, content, said):
    (tmp_path / "newer.yml").write_text(content, encoding="utf-8")

    result = run(ACCOUNT, tmp_path / "newer.yml")

    assert result.exit_code == 2
    assert str(tmp_path / "newer.yml") in result.output
    assert said in result.output
    assert "Traceback" not in result.output
