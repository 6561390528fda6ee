"""Reading the whole content folder, and keeping everything that is wrong with it."""

from collections.abc import Mapping
from pathlib import Path

from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.reading.advice_checks import ADVICE_CHECKS, read_advice_checks
from helpdesk.authoring.reading.context import SharedContentContext
from helpdesk.authoring.reading.danger_phrases import DANGER_SIGNS, read_danger_phrases
from helpdesk.authoring.reading.fragments import Fragment
from helpdesk.authoring.reading.helplines import HELPLINES, read_helplines
from helpdesk.authoring.reading.platform_forms import PLATFORM_FORMS, read_platform_forms
from helpdesk.authoring.reading.playbooks import read_playbook
from helpdesk.authoring.reading.questions import read_shared_questions
from helpdesk.authoring.reading.search_phrases import read_search_phrases
from helpdesk.authoring.reading.synonyms import SYNONYMS, read_synonyms
from helpdesk.authoring.reading.triage_table import read_decision_table
from helpdesk.authoring.reading.vocabulary import (
    read_causes,
    read_collection,
    read_evidence_kinds,
    read_platforms,
    read_services,
)
from helpdesk.authoring.source import Node, PlaybookError, read_yaml_file
from helpdesk.authoring.written_library import WrittenLibrary
from helpdesk.playbooks.model import Playbook
from helpdesk.triage.decision_table import DecisionTable

TYPES = "types"
COMMON = "common"


def read_library(folder: Path) -> WrittenLibrary:
    """Read the library: everything in the folder, or the first thing that is wrong with it."""
    library, problems = read_library_with_problems(folder)
    if problems:
        raise problems[0]
    return library


def read_table(folder: Path) -> DecisionTable:
    """Read the decision table alone, whatever is wrong with the rest of the folder."""
    return read_decision_table(_file(folder, "triage.yml"))


def playbook_names(folder: Path) -> tuple[str, ...]:
    """The names of all pages in the folder, in a stable order; none of them is read."""
    return tuple(path.stem for path in sorted((folder / TYPES).glob("*.yml")))


def read_library_with_problems(folder: Path) -> tuple[WrittenLibrary, list[PlaybookError]]:
    """Read the library and what is wrong with single pages; a broken vocabulary breaks them all."""
    collection = read_collection(_file(folder, "collection.yml"))
    platforms = read_platforms(_file(folder, "vocab/platforms.yml"), collection.sources)
    kinds = read_evidence_kinds(_file(folder, "vocab/evidence.yml"))
    services = read_services(_file(folder, "vocab/services.yml"))
    causes = read_causes(_file(folder, "vocab/causes.yml"))
    table = read_table(folder)
    scales = {point.id: point.scale for point in table.points}
    words = read_shared_questions(_file(folder, "vocab/questions.yml"), platforms, scales)
    ids = playbook_names(folder)
    content = SharedContentContext(
        collection=collection,
        words=words,
        evidence_kinds={kind.id: kind for kind in kinds},
        fragments=_fragments(folder),
        playbook_ids=ids,
        services=tuple(service.slug for service in services),
    )
    playbooks, problems = _playbooks(folder, content)
    library = WrittenLibrary(
        collection=collection,
        table=table,
        decision_questions=tuple(point.id for point in table.points),
        platforms=platforms,
        evidence_kinds=kinds,
        questions=tuple(words.shared.values()),
        playbooks=playbooks,
        services=services,
        causes=causes,
        searches=read_search_phrases(folder, ids),
        synonyms=read_synonyms(_file(folder, SYNONYMS)),
        helplines=read_helplines(_file(folder, HELPLINES)),
        danger_signs=read_danger_phrases(_file(folder, DANGER_SIGNS)),
        platform_forms=read_platform_forms(
            _file(folder, PLATFORM_FORMS), [one.slug for one in platforms], collection.sources
        ),
        advice_checks=read_advice_checks(_file(folder, ADVICE_CHECKS), scales),
    )
    return library, problems


def _playbooks(
    folder: Path, content: SharedContentContext
) -> tuple[tuple[Playbook, ...], list[PlaybookError]]:
    playbooks: list[Playbook] = []
    problems: list[PlaybookError] = []
    asked: dict[str, str] = {}
    for name in content.playbook_ids:
        try:
            file = _file(folder, f"{TYPES}/{name}.yml")
            playbooks.append(read_playbook(file, content))
            _refuse_asked_before(file, asked)
        except PlaybookError as problem:
            problems += problem.all()
    return tuple(playbooks), problems


def _refuse_asked_before(file: Node, asked: dict[str, str]) -> None:
    """One report may be about several pages, so one id is one question in all of them."""
    for item in file.pairs()["questions"].items():
        if "id" in item.pairs():
            question = item.pairs()["id"]
            first = asked.setdefault(question.id(), file.file)
            if first != file.file:
                question.refuse(
                    f"the question '{question.id()}' is also in {first}; choose another id, or "
                    "share it in vocab/questions.yml",
                    rule=LintRule.IDS,
                )


def _fragments(folder: Path) -> Mapping[str, Fragment]:
    fragments: dict[str, Fragment] = {}
    for path in sorted((folder / COMMON).glob("*.yml")):
        file = _file(folder, f"{COMMON}/{path.name}")
        page = file.fields("schema id version steps")
        if page["schema"].text() != "fragment/1":
            page["schema"].refuse("this reader knows fragment/1")
        if page["id"].id() != path.stem:
            page["id"].refuse(f"the file of this fragment must be common/{page['id'].id()}.yml")
        fragment = Fragment(page["id"].id(), page["version"].version(), page["steps"])
        fragments[fragment.id] = fragment
    return fragments


def _file(folder: Path, name: str) -> Node:
    return read_yaml_file(folder / name, f"playbooks/{name}")
