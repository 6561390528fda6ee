"""Conditions: when something holds, as data that can be stored and put into words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# What is known about a name: the chosen value, several of them, or None for something that was
# told but cannot be opened by whoever is looking.
Value = str | tuple[str, ...] | None


Context = Mapping[str, Value]


UNSURE = "unsure"


RATHER_NOT = "rather_not"


UNTOLD = frozenset({UNSURE, RATHER_NOT})


@dataclass(frozen=True)
class Is:
    """A condition: the name has this value, or this one among several."""

    name: str
    value: str


@dataclass(frozen=True)
class In:
    """A condition: the name has one of these values."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class AtLeast:
    """A condition: the decision point stands at this value or higher; `values` lists them all,
    lowest first."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Picked:
    """This was picked, “I don’t know” included. What nobody has answered was not."""

    name: str
    value: str


@dataclass(frozen=True)
class Answered:
    """A condition: the name has an answer, and it is not "I don't know"."""

    name: str


@dataclass(frozen=True)
class AllOf:
    """A condition: every one of these holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class AnyOf:
    """A condition: one of these holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Not:
    """A condition: this does not hold."""

    part: "Condition"


Condition = Is | In | AtLeast | Picked | Answered | AllOf | AnyOf | Not


def names_in(condition: Condition) -> tuple[str, ...]:
    """Every name that a condition asks about."""
    return tuple(dict.fromkeys(leaf.name for leaf in leaf_conditions(condition)))


def compared_values_in(condition: Condition) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every name in a condition, with the values it is compared to."""
    for leaf in leaf_conditions(condition):
        match leaf:
            case Is(name, value) | Picked(name, value):
                yield name, (value,)
            case In(name, values) | AtLeast(name, values):
                yield name, values
            case Answered(name):
                yield name, ()


def condition_to_data(condition: Condition) -> dict[str, Any]:
    """Serialize a condition as it is written in a page, for storing an edition."""
    match condition:
        case Is(name, value):
            return {"is": [name, value]}
        case In(name, values):
            return {"in": [name, list(values)]}
        case AtLeast(name, values):
            return {"at_least": [name, *values]}
        case Picked(name, value):
            return {"picked": [name, value]}
        case Answered(name):
            return {"answered": name}
        case AllOf(parts):
            return {"all": [condition_to_data(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [condition_to_data(part) for part in parts]}
        case Not(part):
            return {"not": condition_to_data(part)}


def condition_from_data(data: Mapping[str, Any]) -> Condition:
    """Deserialize the condition of a stored edition; it was checked when the page was read."""
    [(verb, said)] = data.items()
    match verb:
        case "is":
            return Is(said[0], said[1])
        case "in":
            return In(said[0], tuple(said[1]))
        case "at_least":
            return AtLeast(said[0], tuple(said[1:]))
        case "picked":
            return Picked(said[0], said[1])
        case "answered":
            return Answered(said)
        case "all":
            return AllOf(tuple(condition_from_data(part) for part in said))
        case "any":
            return AnyOf(tuple(condition_from_data(part) for part in said))
        case "not":
            return Not(condition_from_data(said))
    raise ValueError(f"A stored version has an unknown condition: {verb}.")


def leaf_conditions(condition: Condition) -> Iterator[Is | In | AtLeast | Picked | Answered]:
    """The leaves of a condition: the questions that it is made of."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from leaf_conditions(part)
        case Not(part):
            yield from leaf_conditions(part)
        case leaf:
            yield leaf
