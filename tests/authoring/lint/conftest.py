"""A copy of our own pages, in which a test may plant a fault."""

import shutil
from datetime import date

import pytest

from helpdesk.authoring.lint.exports import failing_exports
from helpdesk.authoring.lint.runner import lint_folder
from helpdesk.authoring.source import cache_read_files
from helpdesk.playbooks.repository import CONTENT

TODAY = date(2026, 11, 22)


class Pages:
    """The copy. A fault is planted where its old words stand; ★ marks the line to be named."""

    def __init__(self, folder):
        self.folder = folder

    def plant(self, file, old, new, *, everywhere=False):
        page = self.folder / file
        text = page.read_text()
        assert old in text, "the fault cannot be planted"
        planted = text.replace(old, new, -1 if everywhere else 1)
        page.write_text(planted.replace("★", ""))
        return planted[: planted.index("★")].count("\n") + 1

    def write(self, file, text):
        page = self.folder / file
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text.replace("★", ""))
        return text[: text.index("★")].count("\n") + 1

    def lint(self, *types, on=TODAY):
        return lint_folder(self.folder, today=on, types=types, more=(failing_exports,))


@pytest.fixture(scope="module", autouse=True)
def once():
    """The files in which no fault is planted are the same in every test."""
    with cache_read_files():
        yield


@pytest.fixture
def pages(tmp_path):
    # without the translations, which are looked at by a test of their own
    kept = shutil.ignore_patterns("i18n")
    return Pages(shutil.copytree(CONTENT, tmp_path / "playbooks", ignore=kept))
