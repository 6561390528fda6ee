"""Reading walk-throughs: tests/<type>.yml, every name in them checked against the page."""

from dataclasses import dataclass
from pathlib import Path

from helpdesk.cases.levels import Level
from helpdesk.playbooks.library import Library
from helpdesk.playbooks.pages import Playbook
from helpdesk.playbooks.reading.scripts import KEYS, script_of
from helpdesk.playbooks.source import BadPlaybook, Piece, read_file
from helpdesk.playbooks.walks import Expected, WalkThrough

WALKS = "tests"


@dataclass(frozen=True)
class Walks:
    """The walk-throughs of one page, and what is wrong with its file."""

    file: str
    walks: tuple[WalkThrough, ...] = ()
    problems: tuple[BadPlaybook, ...] = ()


def read_walks(folder: Path, library: Library) -> dict[str, Walks]:
    """The walk-throughs of every page, by page. One that has none is there with none."""
    return {page.id: walks_of(folder, page, library) for page in library.playbooks}


def walks_of(folder: Path, page: Playbook, library: Library) -> Walks:
    """The walk-throughs of one page. What is wrong with one of them leaves the others alone."""
    path, file = folder / WALKS / f"{page.id}.yml", f"playbooks/{WALKS}/{page.id}.yml"
    if not path.exists():
        return Walks(file)
    try:
        items = _items(read_file(path, file))
    except BadPlaybook as problem:
        return Walks(file, problems=tuple(problem.all()))
    walks: dict[str, WalkThrough] = {}
    problems: list[BadPlaybook] = []
    for item in items:
        try:
            walk = _walk(item, page, library)
            if walk.id in walks:
                item.refuse(f"'{walk.id}' stands here twice")
            walks[walk.id] = walk
        except BadPlaybook as problem:
            problems += problem.all()
    return Walks(file, tuple(walks.values()), tuple(problems))


def strays(folder: Path, library: Library) -> tuple[BadPlaybook, ...]:
    """Files of walk-throughs for pages that do not exist."""
    return tuple(
        BadPlaybook(f"playbooks/{WALKS}/{path.name}", 1, f"there is no page '{path.stem}'")
        for path in sorted((folder / WALKS).glob("*.yml"))
        if library.playbook(path.stem) is None
    )


def _items(file: Piece) -> list[Piece]:
    page = file.fields("schema walks")
    if page["schema"].text() != "walks/1":
        page["schema"].refuse("this reader knows walks/1")
    return page["walks"].items()


def _walk(piece: Piece, page: Playbook, library: Library) -> WalkThrough:
    fields = piece.fields("id says answers expect", KEYS.removeprefix("answers "))
    return WalkThrough(
        id=fields["id"].id(),
        says=fields["says"].text(),
        script=script_of(fields, (page,), library),
        expected=_expected(fields["expect"], page, library),
        file=piece.file,
        line=piece.line,
    )


def _expected(piece: Piece, page: Playbook, library: Library) -> Expected:
    fields = piece.fields("level rule steps end", "flags")
    end, playbook = _end(fields["end"], page, library)
    return Expected(
        level=fields["level"].one_of(Level),
        rule=_known(fields["rule"], {rule.id for rule in library.table.rules}, "rule", "the table"),
        flags=fields.list_of(
            "flags",
            lambda said: _known(said, {flag.id for flag in page.red_flags}, "red flag", page.id),
        ),
        steps=fields.list_of("steps", lambda said: _own_step(said, page)),
        lines={key: said.line for key, said in piece.pairs().items()},
        end=end,
        playbook=playbook,
    )


def _end(piece: Piece, page: Playbook, library: Library) -> tuple[str | None, str | None]:
    if not isinstance(piece.value, dict):
        return _known(piece, {end.id for end in page.ends}, "end", page.id), None
    said = piece.fields("playbook")["playbook"]
    pages = {one.id for one in library.playbooks}
    return None, _known(said, pages, "page", "this collection")


def _own_step(piece: Piece, page: Playbook) -> str:
    own = {step.id for step in page.steps if "." not in step.id}
    if piece.reference() in {step.id for step in page.steps} - own:
        piece.refuse(f"'{piece.reference()}' is shared by all pages; name the page's own steps")
    return _known(piece, own, "step", page.id)


def _known(piece: Piece, names: set[str], kind: str, home: str) -> str:
    word = piece.text()
    if word not in names:
        piece.refuse(f"there is no {kind} '{word}' in {home}; it has {', '.join(sorted(names))}")
    return word
