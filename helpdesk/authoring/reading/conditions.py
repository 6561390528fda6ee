"""Reading a condition: one verb, a name, and the values it is compared to."""

from collections.abc import Mapping

from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.reading.references import ReferenceCollector
from helpdesk.authoring.source import Node
from helpdesk.playbooks.conditions import (
    AllOf,
    Answered,
    AnyOf,
    AtLeast,
    Condition,
    In,
    Is,
    Not,
    Picked,
)

VERBS = "is in at_least picked answered all any not"

# decision point → its values, lowest first
Scales = Mapping[str, tuple[str, ...]]


def read_condition(node: Node, scales: Scales, references: ReferenceCollector) -> Condition:
    """Read a condition, with every name it asks about noted for checking."""
    verb, said = node.only_field(VERBS)
    match verb:
        case "is":
            name, value = _name_and_one(said)
            references.add_comparison(name, (value,), said)
            return Is(name, value)
        case "in":
            name, values = _name_and_many(said)
            references.add_comparison(name, values, said)
            return In(name, values)
        case "at_least":
            name, value = _name_and_one(said)
            return AtLeast(name, _from_here_up(name, value, scales, said))
        case "picked":
            name, value = _name_and_one(said)
            references.add_comparison(name, (value,), said)
            return Picked(name, value)
        case "answered":
            name = said.id()
            references.add_comparison(name, (), said)
            return Answered(name)
        case "all":
            return AllOf(_parts(said, scales, references))
        case "any":
            return AnyOf(_parts(said, scales, references))
        case _:
            return Not(read_condition(said, scales, references))


def _name_and_one(said: Node) -> tuple[str, str]:
    items = said.items()
    if len(items) != 2:
        said.refuse("write a name and one value, as in [hold, running]")
    return items[0].id(), items[1].id()


def _name_and_many(said: Node) -> tuple[str, tuple[str, ...]]:
    items = said.items()
    if len(items) != 2:
        said.refuse("write a name and a list of values, as in [hold, [unclear, running]]")
    values = tuple(value.id() for value in items[1].items())
    if not values:
        items[1].refuse("there must be at least one value")
    return items[0].id(), values


def _from_here_up(name: str, value: str, scales: Scales, said: Node) -> tuple[str, ...]:
    if name not in scales:
        said.refuse(f"at_least compares decision points only: {', '.join(scales)}")
    if value not in scales[name]:
        said.refuse(
            f"'{name}' is never '{value}'; it is {', '.join(scales[name])}",
            rule=LintRule.REFERENCES,
        )
    return scales[name][scales[name].index(value) :]


def _parts(said: Node, scales: Scales, references: ReferenceCollector) -> tuple[Condition, ...]:
    parts = tuple(read_condition(part, scales, references) for part in said.items())
    if not parts:
        said.refuse("there must be at least one condition")
    return parts
