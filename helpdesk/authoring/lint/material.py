"""What the rules look at: the pages as read, the files as written, and the day it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from helpdesk.authoring.ids import read_ids
from helpdesk.authoring.library import WrittenLibrary
from helpdesk.authoring.lint.findings import LintFinding, refused
from helpdesk.authoring.lint.locations import place_of
from helpdesk.authoring.lint.wordlists import Words, read_words
from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.reading.folder import page_names, read_what_reads
from helpdesk.authoring.reading.scenarios import Scenarios, read_scenarios
from helpdesk.authoring.source import Node, PlaybookError, read_file
from helpdesk.playbooks.model import Text

ROOT = "playbooks"
# Written by hand and read by the rules; i18n is written by a tool, and ids.lock.yml too.
WRITTEN = ("*.yml", "common/*.yml", "vocab/*.yml", "types/*.yml", "tests/*.yml")


@dataclass(frozen=True)
class Material:
    """Everything in the folder that reads. What does not is in `refused`."""

    folder: Path
    today: date
    library: WrittenLibrary
    words: Words
    files: Mapping[str, Node]
    ids: Mapping[str, str]
    refused: tuple[LintFinding, ...]

    @cached_property
    def walks(self) -> dict[str, Scenarios]:
        """The walk-throughs by page."""
        return read_scenarios(self.folder, self.library)

    def at(self, text: Text, rule: LintRule, sentence: str) -> LintFinding:
        """A finding about a sentence, with the place where it is written."""
        file, line = place_of(text.id, self.files)
        return LintFinding(rule, file, line, sentence)

    def line_of(self, *path: str) -> tuple[str, int]:
        """The file and line of something by its name, as texts are named."""
        return place_of(".".join(path), self.files)


class NothingToCheck(Exception):
    """What all pages share does not read, so that no page can be looked at."""

    def __init__(self, findings: tuple[LintFinding, ...]) -> None:
        super().__init__("What all pages share can't be read.")
        self.findings = findings


def read_material(folder: Path, today: date) -> Material:
    """Read everything. A page that does not read leaves the others alone."""
    try:
        library, problems = read_what_reads(folder)
        words = read_words(read_file(folder / "vocab/words.yml", f"{ROOT}/vocab/words.yml"))
        ids = read_ids(folder)
    except PlaybookError as problem:
        raise NothingToCheck(refused([problem])) from None
    return Material(folder, today, library, words, dict(_files(folder)), ids, refused(problems))


def names(folder: Path) -> tuple[str, ...]:
    """The names of all pages."""
    return page_names(folder)


def _files(folder: Path) -> Iterator[tuple[str, Node]]:
    for pattern in WRITTEN:
        for path in sorted(folder.glob(pattern)):
            name = f"{ROOT}/{path.relative_to(folder)}"
            try:
                yield name, read_file(path, name)
            except PlaybookError:
                continue  # reading has said so, or the rule of walk-throughs will
