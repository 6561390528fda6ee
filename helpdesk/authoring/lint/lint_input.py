"""The input of the lint rules: the pages as read, the files as written, and the day it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from helpdesk.authoring.lint.findings import LintFinding, findings_from_errors
from helpdesk.authoring.lint.locations import file_and_line_of
from helpdesk.authoring.lint.wordlists import WordLists, read_word_lists
from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.playbook_uuids import read_playbook_uuids
from helpdesk.authoring.reading.folder import playbook_names, read_library_with_problems
from helpdesk.authoring.reading.scenarios import PlaybookScenarios, read_scenarios
from helpdesk.authoring.source import Node, PlaybookError, read_yaml_file
from helpdesk.authoring.written_library import WrittenLibrary
from helpdesk.playbooks.model import Text

ROOT = "playbooks"
# Written by hand and read by the rules; i18n is written by a tool, and ids.lock.yml too.
WRITTEN = ("*.yml", "common/*.yml", "vocab/*.yml", "types/*.yml", "tests/*.yml")


@dataclass(frozen=True)
class LintInput:
    """The input of the lint rules: everything in the folder that reads. What does not is in
    `refused`."""

    folder: Path
    today: date
    library: WrittenLibrary
    words: WordLists
    files: Mapping[str, Node]
    ids: Mapping[str, str]
    refused: tuple[LintFinding, ...]

    @cached_property
    def walks(self) -> dict[str, PlaybookScenarios]:
        """The walk-throughs by page."""
        return read_scenarios(self.folder, self.library)

    def finding_at(self, text: Text, rule: LintRule, sentence: str) -> LintFinding:
        """A finding about a sentence, with the place where it is written."""
        file, line = file_and_line_of(text.id, self.files)
        return LintFinding(rule, file, line, sentence)

    def file_and_line_of(self, *path: str) -> tuple[str, int]:
        """The file and line of something by its name, as texts are named."""
        return file_and_line_of(".".join(path), self.files)


class SharedContentUnreadable(Exception):
    """Raised if what all pages share does not read, so that no page can be looked at."""

    def __init__(self, findings: tuple[LintFinding, ...]) -> None:
        super().__init__("What all pages share can’t be read.")
        self.findings = findings


def read_lint_input(folder: Path, today: date) -> LintInput:
    """Read the input of the rules. A page that does not read leaves the others alone."""
    try:
        library, problems = read_library_with_problems(folder)
        words = read_word_lists(
            read_yaml_file(folder / "vocab/words.yml", f"{ROOT}/vocab/words.yml")
        )
        ids = read_playbook_uuids(folder)
    except PlaybookError as problem:
        raise SharedContentUnreadable(findings_from_errors([problem])) from None
    return LintInput(
        folder, today, library, words, dict(_files(folder)), ids, findings_from_errors(problems)
    )


def all_playbook_names(folder: Path) -> tuple[str, ...]:
    """The names of all pages."""
    return playbook_names(folder)


def _files(folder: Path) -> Iterator[tuple[str, Node]]:
    for pattern in WRITTEN:
        for path in sorted(folder.glob(pattern)):
            name = f"{ROOT}/{path.relative_to(folder)}"
            try:
                yield name, read_yaml_file(path, name)
            except PlaybookError:
                continue  # reading has said so, or the rule of walk-throughs will
