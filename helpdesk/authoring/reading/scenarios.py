"""Reading scenarios from tests/<type>.yml, every name in them checked against the page."""

from dataclasses import dataclass
from pathlib import Path

from helpdesk.authoring.reading.scripts import KEYS, script_from_fields
from helpdesk.authoring.scenarios import ExpectedResult, Scenario
from helpdesk.authoring.source import Node, PlaybookError, read_yaml_file
from helpdesk.authoring.written_library import WrittenLibrary
from helpdesk.cases.levels import Level
from helpdesk.playbooks.model import Playbook

WALKS = "tests"


@dataclass(frozen=True)
class PlaybookScenarios:
    """The scenarios of one page, and what is wrong with its file."""

    file: str
    walks: tuple[Scenario, ...] = ()
    problems: tuple[PlaybookError, ...] = ()


def read_scenarios(folder: Path, library: WrittenLibrary) -> dict[str, PlaybookScenarios]:
    """Read the scenarios of every page, by page. One that has none is there with none."""
    return {page.id: read_playbook_scenarios(folder, page, library) for page in library.playbooks}


def read_playbook_scenarios(
    folder: Path, page: Playbook, library: WrittenLibrary
) -> PlaybookScenarios:
    """Read the scenarios of one page. What is wrong with one of them leaves the others alone."""
    path, file = folder / WALKS / f"{page.id}.yml", f"playbooks/{WALKS}/{page.id}.yml"
    if not path.exists():
        return PlaybookScenarios(file)
    try:
        items = _items(read_yaml_file(path, file))
    except PlaybookError as problem:
        return PlaybookScenarios(file, problems=tuple(problem.all()))
    walks: dict[str, Scenario] = {}
    problems: list[PlaybookError] = []
    for item in items:
        try:
            walk = _walk(item, page, library)
            if walk.id in walks:
                item.refuse(f"'{walk.id}' is here twice")
            walks[walk.id] = walk
        except PlaybookError as problem:
            problems += problem.all()
    return PlaybookScenarios(file, tuple(walks.values()), tuple(problems))


def stray_scenario_files(folder: Path, library: WrittenLibrary) -> tuple[PlaybookError, ...]:
    """Files of scenarios for pages that do not exist."""
    return tuple(
        PlaybookError(f"playbooks/{WALKS}/{path.name}", 1, f"there is no page '{path.stem}'")
        for path in sorted((folder / WALKS).glob("*.yml"))
        if library.playbook(path.stem) is None
    )


def _items(file: Node) -> list[Node]:
    page = file.fields("schema walks")
    if page["schema"].text() != "walks/1":
        page["schema"].refuse("this reader knows walks/1")
    return page["walks"].items()


def _walk(node: Node, page: Playbook, library: WrittenLibrary) -> Scenario:
    fields = node.fields("id says answers expect", KEYS.removeprefix("answers "))
    return Scenario(
        id=fields["id"].id(),
        says=fields["says"].text(),
        script=script_from_fields(fields, (page,), library),
        expected=_expected(fields["expect"], page, library),
        file=node.file,
        line=node.line,
    )


def _expected(node: Node, page: Playbook, library: WrittenLibrary) -> ExpectedResult:
    fields = node.fields("level rule steps end", "flags")
    end, playbook = _end(fields["end"], page, library)
    return ExpectedResult(
        level=fields["level"].one_of(Level),
        rule=_known(fields["rule"], {rule.id for rule in library.table.rules}, "rule", "the table"),
        flags=fields.list_of(
            "flags",
            lambda said: _known(said, {flag.id for flag in page.red_flags}, "red flag", page.id),
        ),
        steps=fields.list_of("steps", lambda said: _own_step(said, page)),
        lines={key: said.line for key, said in node.pairs().items()},
        end=end,
        playbook=playbook,
    )


def _end(node: Node, page: Playbook, library: WrittenLibrary) -> tuple[str | None, str | None]:
    if not isinstance(node.value, dict):
        return _known(node, {end.id for end in page.ends}, "end", page.id), None
    said = node.fields("playbook")["playbook"]
    pages = {one.id for one in library.playbooks}
    return None, _known(said, pages, "page", "this collection")


def _own_step(node: Node, page: Playbook) -> str:
    own = {step.id for step in page.steps if not step.comes_from_fragment}
    if node.reference() in {step.id for step in page.steps} - own:
        node.refuse(f"'{node.reference()}' is shared by all pages; name the page’s own steps")
    return _known(node, own, "step", page.id)


def _known(node: Node, names: set[str], kind: str, home: str) -> str:
    word = node.text()
    if word not in names:
        node.refuse(f"there is no {kind} '{word}' in {home}; it has {', '.join(sorted(names))}")
    return word
