"""The steps of a page as they stand in its file, with those of the fragments in their places."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from helpdesk.playbooks.rules import Rule
from helpdesk.playbooks.source import Piece


@dataclass(frozen=True)
class Fragment:
    """Steps that many pages share. It is read anew for each page, so that messages name both."""

    id: str
    version: str
    steps: Piece


@dataclass(frozen=True)
class Entry:
    """A step as it stands in a file; one of a fragment bears the fragment's name before its own."""

    piece: Piece
    home: str
    prefix: str

    @property
    def name(self) -> str:
        """The id of the step, or nothing where it has none that could be read."""
        written = self.piece.pairs().get("id")
        return f"{self.prefix}{written.value}" if written is not None else ""


@dataclass(frozen=True)
class Around:
    """The names of the steps above this one, and of itself and those below."""

    prefix: str
    above: set[str]
    from_here: set[str]


def entries(item: Piece, home: str, fragments: Mapping[str, Fragment]) -> Iterator[Entry]:
    """The step that stands here, or all those of the fragment that does."""
    if "include" not in item.pairs():
        yield Entry(item, home, prefix="")
        return
    said = item.fields("include")["include"]
    name = said.text().removeprefix("common/")
    if name not in fragments or not said.text().startswith("common/"):
        said.refuse(
            f"there is no fragment '{said.text()}'; write common/<id>", rule=Rule.REFERENCES
        )
    for inner in fragments[name].steps.items():
        if "include" in inner.pairs():
            inner.refuse("a fragment does not include another one")
        yield Entry(inner, f"common.{name}", prefix=f"{name}.")


def need(piece: Piece, around: Around) -> str:
    """The step above that this one waits for, by its whole name."""
    names = (around.prefix + piece.reference(), piece.reference())
    known = [name for name in names if name in around.above]
    if not known:
        piece.refuse(
            f"there is no step '{piece.reference()}' before this one; a step needs only steps that "
            "stand above it, so that nothing waits in a circle",
            rule=Rule.CIRCLES if around.from_here.intersection(names) else Rule.REFERENCES,
        )
    return known[0]
