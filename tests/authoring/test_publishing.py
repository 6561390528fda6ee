"""What is published is what is written and was read; what was changed since is loaded by nobody."""

import json
import shutil
from dataclasses import fields

import pytest
from click.testing import CliRunner

from helpdesk.authoring import publishing
from helpdesk.authoring.publishing import outdated_files, publish_playbooks
from helpdesk.authoring.reading.folder import read_library
from helpdesk.authoring.source import PlaybookError
from helpdesk.authoring.translation.files import read_translation_files
from helpdesk.authoring.translation.shown_translations import translate_library
from helpdesk.authoring.translation.status import translation_status
from helpdesk.cli import main
from helpdesk.playbooks.library import Library
from helpdesk.playbooks.published import (
    NotPublished,
    load_library,
    load_published_part,
    load_translation,
    published_path,
)
from helpdesk.playbooks.repository import CONTENT
from helpdesk.settings import LANGUAGES
from helpdesk.triage.decision_table import DecisionTable
from helpdesk.triage.repository import TRIAGE
from helpdesk.triage.repository import WRITTEN as TABLE_WRITTEN

TRANSLATED = LANGUAGES[1:]
PAGE = "types/doxing.yml"


@pytest.fixture(scope="module")
def written():
    return read_library(CONTENT)


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(CONTENT, tmp_path / "playbooks")


def change(path, old, new):
    words = path.read_text()
    assert old in words
    path.write_text(words.replace(old, new, 1))


def test_our_pages_are_published_as_they_are_written():
    assert outdated_files(CONTENT, TRANSLATED) == ()


@pytest.mark.parametrize("part", [field.name for field in fields(Library)])
def test_the_library_loads_as_it_was_read(written, part):
    assert getattr(load_library(CONTENT), part) == getattr(written, part)


def test_the_decision_table_loads_as_it_was_read(written):
    assert load_published_part(CONTENT, TRIAGE, DecisionTable, TABLE_WRITTEN) == written.table


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_loads_as_it_was_read(written, language):
    parts = read_translation_files(CONTENT, language)
    loaded, how_far = (
        load_translation(CONTENT, language),
        translation_status(written, language, parts),
    )

    said = {one.id: one for one in translate_library(written, parts).texts() if one.lang is None}

    assert loaded.texts == said
    assert loaded.waits_for == how_far.waits_for
    assert (loaded.is_complete, loaded.is_reviewed) == (how_far.is_complete, how_far.is_reviewed)


@pytest.mark.parametrize(
    "name", [PAGE, "triage.yml", "collection.yml", "common/close.yml", "vocab/platforms.yml"]
)
def test_what_was_changed_since_is_not_loaded(folder, name):
    path = folder / name
    path.write_text(f"{path.read_text()}# one line more\n")

    with pytest.raises(NotPublished, match=f"playbooks/{name} was changed"):
        load_library(folder)


def test_neither_is_a_page_that_came_or_went(folder):
    (folder / "types/new-one.yml").write_text("")
    with pytest.raises(NotPublished, match=r"types/new-one\.yml was changed"):
        load_library(folder)

    (folder / "types/new-one.yml").unlink()
    (folder / PAGE).unlink()
    with pytest.raises(NotPublished, match=f"{PAGE} was changed"):
        load_library(folder)


def test_nor_a_translation_that_was_changed(folder):
    path = folder / "i18n/es/doxing.yml"
    path.write_text(f"{path.read_text()}# one line more\n")

    with pytest.raises(NotPublished, match=r"i18n/es/doxing\.yml was changed"):
        load_translation(folder, "es")
    assert load_library(folder).playbook("doxing")
    assert load_translation(folder, "fr").texts


def test_walk_throughs_and_word_lists_are_for_writers_alone(folder):
    for name in ("tests/doxing.yml", "vocab/words.yml", "ids.lock.yml"):
        path = folder / name
        path.write_text(f"{path.read_text()}# one line more\n")

    loaded = load_library(folder)

    assert loaded.playbook("doxing")


def test_what_is_not_there_or_of_another_format_says_what_to_do(folder):
    path = published_path(folder, "library")
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 0}))
    with pytest.raises(NotPublished, match="another format"):
        load_library(folder)

    path.unlink()
    with pytest.raises(NotPublished, match=r"is missing\. Run `helpdesk playbooks publish`\."):
        load_library(folder)


def test_publishing_writes_what_changed_and_the_change_loads(folder):
    change(folder / PAGE, "\ntitle: ", "\ntitle: Quite another name - ")

    assert publish_playbooks(folder, TRANSLATED) == ("library", "es", "fr", "ar", "pt")
    assert str(load_library(folder).playbook("doxing").title).startswith("Quite another name")
    assert publish_playbooks(folder, TRANSLATED) == ()


def test_a_page_that_does_not_read_publishes_nothing(folder):
    before = published_path(folder, "library").read_bytes()
    change(folder / PAGE, "\ntitle: ", "\ntitel: ")

    with pytest.raises(PlaybookError):
        publish_playbooks(folder, TRANSLATED)

    assert published_path(folder, "library").read_bytes() == before


def test_the_command_says_what_it_wrote_and_what_it_would_write(folder):
    def run(*more):
        return CliRunner().invoke(main, ["playbooks", "publish", "--folder", str(folder), *more])

    change(folder / "collection.yml", "\nversion: ", "\nversion:  ")

    assert (run("--check").exit_code, run("--check").stdout) == (
        1,
        "playbooks/published/library.json needs to be published again.\n",
    )
    assert run().stdout == "playbooks/published/library.json is published.\n"
    assert (run("--check").exit_code, run("--check").stdout) == (
        0,
        "Everything written is published.\n",
    )


def test_what_was_cut_off_while_it_was_published_is_not_published(folder):
    path = published_path(folder, "library")
    for words in ('{\n"format": 1,\n"made_from": {\n"coll', "", "[]", '{"format": 1}'):
        path.write_text(words)

        with pytest.raises(NotPublished, match="not whole"):
            load_library(folder)


def test_until_it_is_whole_the_one_of_before_stays(folder, monkeypatch):
    change(folder / PAGE, "\ntitle: ", "\ntitle: Quite another name - ")
    before = published_path(folder, "library").read_text()
    monkeypatch.setattr(publishing.os, "fsync", lambda _file: 1 / 0)  # the disk is full

    with pytest.raises(ZeroDivisionError):
        publish_playbooks(folder, TRANSLATED)

    assert published_path(folder, "library").read_text() == before
