"""`helpdesk playbooks search`: what the search of the report form finds, and how well."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from helpdesk.authoring.cli import output
from helpdesk.authoring.reading.folder import read_library
from helpdesk.authoring.source import Node, read_yaml_file
from helpdesk.authoring.translation.files import read_translation_files
from helpdesk.authoring.translation.shown_translations import translate_library
from helpdesk.playbooks.incident_search import USUALLY, IncidentSearch, train_classifier
from helpdesk.playbooks.several_kinds_of_trouble import SOMETHING_ELSE
from helpdesk.settings import LANGUAGES


@dataclass(frozen=True)
class SearchTrial:
    """A trial of the search: what a person said, the kinds that would be right, and what was
    found."""

    says: str
    types: tuple[str, ...]
    found: tuple[str, ...]

    @property
    def is_first(self) -> bool:
        return self.found[:1] != () and self.found[0] in self.types

    @property
    def is_among_three(self) -> bool:
        return bool({*self.found[:USUALLY]} & {*self.types})


@click.command("search")
@click.argument("words", nargs=-1)
@click.option(
    "--try",
    "sentences",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A YAML list of entries with `says` and `types`: count how often the search is right.",
)
@output.folder_option
@output.as_json_option
def try_search_command(
    words: tuple[str, ...], sentences: Path | None, folder: Path, *, as_json: bool
) -> None:
    """Search for WORDS, or score a file of sentences. You do not need to name the language."""
    if bool(words) == (sentences is not None):
        raise output.ToolCannotRun("Give words to search for, or a file with --try.")
    finder = _finder(folder)
    if sentences is None:
        found = _kinds(finder, " ".join(words))
        output.print_and_exit(found, {"found": found}, findings=False, as_json=as_json)
    trials = list(_try(finder, read_yaml_file(sentences, str(sentences))))
    output.print_and_exit(_lines(trials), _data(trials), findings=False, as_json=as_json)


def _finder(folder: Path) -> IncidentSearch:
    source = read_library(folder)
    others = [
        translate_library(source, read_translation_files(folder, language))
        for language in LANGUAGES
        if language != source.collection.language
    ]
    pages = [page for library in (source, *others) for page in library.playbooks]
    classifier = train_classifier(pages, source.searches, source.synonyms, source.danger_signs)
    # "something else" stands beside whatever was found, on the form too
    offered = [page for page in source.playbooks if page.id != SOMETHING_ELSE]
    return IncidentSearch(offered, classifier=classifier)


def _kinds(finder: IncidentSearch, words: str) -> list[str]:
    return [one.page.id for one in finder.find(words)]


def _try(finder: IncidentSearch, file: Node) -> Iterator[SearchTrial]:
    for entry in file.items():
        pairs = entry.pairs()
        missing = {"says", "types"} - pairs.keys()
        if missing:
            entry.refuse(f"an entry needs {' and '.join(sorted(missing))}")
        says = pairs["says"].text()
        types = pairs["types"].each(Node.text)
        yield SearchTrial(says, types, tuple(_kinds(finder, says)))


def _lines(trials: list[SearchTrial]) -> Iterator[str]:
    for one in trials:
        if not one.is_first:
            yield f"{', '.join(one.types)}: “{one.says}” → {', '.join(one.found) or 'nothing'}"
    data = _data(trials)
    yield (
        f"{data['n']} sentences: the right kind first {data['first']} times, "
        f"in the first three {data['first_three']} times, nothing found {data['nothing']} times."
    )


def _data(trials: list[SearchTrial]) -> dict[str, Any]:
    return {
        "n": len(trials),
        "first": sum(one.is_first for one in trials),
        "first_three": sum(one.is_among_three or _is_open(one) for one in trials),
        "nothing": sum(not one.found for one in trials),
    }


def _is_open(trial: SearchTrial) -> bool:
    """The form always offers "something else" beside what was found."""
    return SOMETHING_ELSE in trial.types
