"""Reading the steps of a page, with those of shared fragments in their places."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.source import Node


@dataclass(frozen=True)
class Fragment:
    """A fragment: steps that many pages share. It is read again for each page, so that messages
    name both."""

    id: str
    version: str
    steps: Node


@dataclass(frozen=True)
class StepEntry:
    """An entry of a step in a file; one of a fragment bears the fragment's name before its own."""

    node: Node
    home: str
    prefix: str

    @property
    def name(self) -> str:
        """The id of the step, or nothing where it has none that could be read."""
        written = self.node.pairs().get("id")
        return f"{self.prefix}{written.value}" if written is not None else ""


@dataclass(frozen=True)
class StepNeighbours:
    """The neighbours of a step: the names of those above this one, and of itself and those
    below."""

    prefix: str
    above: set[str]
    from_here: set[str]


def expand_fragments(
    item: Node, home: str, fragments: Mapping[str, Fragment]
) -> Iterator[StepEntry]:
    """Expand fragments: the step that stands here, or all those of the fragment that does."""
    if "include" not in item.pairs():
        yield StepEntry(item, home, prefix="")
        return
    said = item.fields("include")["include"]
    name = said.text().removeprefix("common/")
    if name not in fragments or not said.text().startswith("common/"):
        said.refuse(
            f"there is no fragment '{said.text()}'; write common/<id>", rule=LintRule.REFERENCES
        )
    for inner in fragments[name].steps.items():
        if "include" in inner.pairs():
            inner.refuse("a fragment does not include another one")
        yield StepEntry(inner, f"common.{name}", prefix=f"{name}.")


def read_needed_step(node: Node, around: StepNeighbours) -> str:
    """Read which step above this one waits for, by its whole name."""
    names = (around.prefix + node.reference(), node.reference())
    known = [name for name in names if name in around.above]
    if not known:
        node.refuse(
            f"there is no step '{node.reference()}' before this one; a step can only need steps "
            "above it, so that nothing waits in a circle",
            rule=LintRule.CIRCLES if around.from_here.intersection(names) else LintRule.REFERENCES,
        )
    return known[0]
