"""References of a page, collected while reading and checked once everything is known."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.source import ErrorCollector, Node
from helpdesk.playbooks.conditions import UNTOLD


class ReferenceKind(StrEnum):
    """The kinds of things that a reference points at."""

    EVIDENCE = "piece of evidence"
    END = "end"
    PLAYBOOK = "playbook"
    ESCALATION = "escalation"
    SERVICE = "referral service"


class ReferenceCollector:
    """Collects the references of a page: every place where it names something that stands
    elsewhere."""

    def __init__(self) -> None:
        self._things: list[tuple[ReferenceKind, str, Node]] = []
        self._comparisons: list[tuple[str, tuple[str, ...], Node]] = []

    def add(self, kind: ReferenceKind, name: str, node: Node) -> str:
        """Note that `piece` names a thing, and give the name back."""
        self._things.append((kind, name, node))
        return name

    def add_comparison(self, name: str, values: tuple[str, ...], node: Node) -> None:
        """Note that a condition asks whether `name` has one of these values."""
        self._comparisons.append((name, values, node))

    def names_of(self, kind: ReferenceKind) -> set[str]:
        """Everything of that kind that some place names."""
        return {name for noted, name, _ in self._things if noted is kind}

    def check_names(self, known: Mapping[ReferenceKind, tuple[Collection[str], str]]) -> None:
        """Refuse every name that nothing answers to; `known` says what there is, and where."""
        gathered = ErrorCollector()
        for kind, name, node in self._things:
            there, within = known[kind]
            if name not in there:
                with gathered.collecting():
                    node.refuse(
                        f"there is no {kind} '{name}' in {within}", rule=LintRule.REFERENCES
                    )
        gathered.raise_collected()

    def check_comparisons(self, known: Mapping[str, Collection[str] | None]) -> None:
        """Refuse conditions on something nobody asks or sets, or on a value it never has."""
        gathered = ErrorCollector()
        for name, values, node in self._comparisons:
            with gathered.collecting():
                _check_comparison(name, values, node, known)
        gathered.raise_collected()


def _check_comparison(
    name: str,
    values: tuple[str, ...],
    node: Node,
    known: Mapping[str, Collection[str] | None],
) -> None:
    if name not in known:
        node.refuse(
            f"nothing asks for or sets '{name}', so this could never be told",
            rule=LintRule.REFERENCES,
        )
    possible = known[name]
    for value in values:
        if possible is not None and value not in possible and value not in UNTOLD:
            node.refuse(
                f"'{name}' is never '{value}'; it is {', '.join(possible)}",
                rule=LintRule.REFERENCES,
            )
