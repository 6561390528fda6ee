"""An edition is data: it survives being stored, and its hash names exactly its content."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from helpdesk.authoring.reading.folder import read_library
from helpdesk.playbooks import repository
from helpdesk.playbooks.editions import content_hash, playbook_from_json, playbook_to_json
from helpdesk.playbooks.model import Text

PAGES = repository.load_current_library().playbooks
# A line for each edition, added and never changed: its name, and how its hash begins.
EDITIONS = Path(__file__).with_name("editions.txt").read_text().splitlines()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_a_page_that_changes_has_another_version(page):
    line = f"{page.name} {content_hash(page)[:12]}"

    assert line in EDITIONS, f"Raise the version in the page (README, Versions), then add: {line}"


def test_no_version_of_a_page_stands_for_two_editions():
    names = [line.split()[0] for line in EDITIONS]

    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_a_page_survives_being_stored(page):
    assert playbook_from_json(playbook_to_json(page)) == page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_the_database_may_reorder_it(page):
    shuffled = json.dumps(dict(reversed(json.loads(playbook_to_json(page)).items())), indent=3)

    assert playbook_from_json(shuffled) == page
    assert content_hash(playbook_from_json(shuffled)) == content_hash(page)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_reading_twice_gives_the_same_hash(page):
    again = read_library(repository.CONTENT).playbook(page.id)

    assert again is not page
    assert content_hash(again) == content_hash(page)


def test_one_changed_word_is_another_edition():
    page = PAGES[0]
    changed = replace(page, title=Text(page.title.id, f"{page.title}."))

    assert content_hash(changed) != content_hash(page)


def test_what_stands_at_its_default_is_not_stored():
    stored = json.loads(repository.load_current_edition("account-takeover").content)["playbook"][
        "steps"
    ]
    [step] = [one for one in stored if one["id"] == "save-log"]

    assert "must" not in step
    assert "wait" not in step


def test_an_edition_of_another_format_is_refused():
    with pytest.raises(ValueError, match="format 2"):
        playbook_from_json('{"format": 2, "playbook": {}}')


def test_a_pinned_edition_is_built_once():
    stored = repository.load_current_edition("account-takeover")

    assert (
        repository.playbook_by_hash(stored.content_hash, lambda: pytest.fail("read"))
        is stored.playbook
    )
    assert repository.playbook_by_hash("of another day", lambda: stored.content) == stored.playbook
    assert (
        repository.playbook_by_hash("of another day", lambda: pytest.fail("read"))
        == stored.playbook
    )
    assert repository.load_current_edition("no-such-page") is None
