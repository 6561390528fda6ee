"""When something holds: conditions are data, and may come out as "cannot tell"."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

# What is known about a name: the chosen value, several of them, or None for something that was
# told but cannot be opened by whoever is looking.
Value = str | tuple[str, ...] | None
Context = Mapping[str, Value]

UNSURE = "unsure"
RATHER_NOT = "rather_not"
UNTOLD = frozenset({UNSURE, RATHER_NOT})


class Truth(Enum):
    """The three ways a condition comes out."""

    TRUE = "true"
    FALSE = "false"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class Is:
    """The name has this value, or this one among several."""

    name: str
    value: str


@dataclass(frozen=True)
class In:
    """The name has one of these values."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class AtLeast:
    """The decision point stands at this value or higher; `values` lists them all, lowest first."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Answered:
    """The name has an answer, and it is not "I don't know"."""

    name: str


@dataclass(frozen=True)
class AllOf:
    """Every one of these holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class AnyOf:
    """One of these holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Not:
    """This does not hold."""

    part: "Condition"


Condition = Is | In | AtLeast | Answered | AllOf | AnyOf | Not


def evaluate(condition: Condition, known: Context) -> Truth:
    """Whether it holds; never a guess where an answer is missing, unknown or sealed."""
    match condition:
        case Is(name, value):
            return _has_one_of(name, (value,), known)
        case In(name, values) | AtLeast(name, values):
            return _has_one_of(name, values, known)
        case Answered(name):
            return _is_answered(name, known)
        case AllOf(parts):
            return _combine((evaluate(part, known) for part in parts), settles=Truth.FALSE)
        case AnyOf(parts):
            return _combine((evaluate(part, known) for part in parts), settles=Truth.TRUE)
        case Not(part):
            return _OPPOSITE[evaluate(part, known)]


def doubts(condition: Condition, known: Context) -> tuple[str, ...]:
    """The names that would have to be known before this condition can be told."""
    if evaluate(condition, known) is not Truth.CANNOT_TELL:
        return ()
    return tuple(
        dict.fromkeys(
            leaf.name for leaf in _leaves(condition) if evaluate(leaf, known) is Truth.CANNOT_TELL
        )
    )


def names_in(condition: Condition) -> tuple[str, ...]:
    """Every name the condition asks about."""
    return tuple(dict.fromkeys(leaf.name for leaf in _leaves(condition)))


def mentions_in(condition: Condition) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every name with the values it is compared to."""
    for leaf in _leaves(condition):
        match leaf:
            case Is(name, value):
                yield name, (value,)
            case In(name, values) | AtLeast(name, values):
                yield name, values
            case Answered(name):
                yield name, ()


def to_data(condition: Condition) -> dict[str, Any]:
    """The condition as it is written in a page, for storing an edition."""
    match condition:
        case Is(name, value):
            return {"is": [name, value]}
        case In(name, values):
            return {"in": [name, list(values)]}
        case AtLeast(name, values):
            return {"at_least": [name, *values]}
        case Answered(name):
            return {"answered": name}
        case AllOf(parts):
            return {"all": [to_data(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [to_data(part) for part in parts]}
        case Not(part):
            return {"not": to_data(part)}


def from_data(data: Mapping[str, Any]) -> Condition:
    """The condition of a stored edition; it was checked when the page was read."""
    [(verb, said)] = data.items()
    match verb:
        case "is":
            return Is(said[0], said[1])
        case "in":
            return In(said[0], tuple(said[1]))
        case "at_least":
            return AtLeast(said[0], tuple(said[1:]))
        case "answered":
            return Answered(said)
        case "all":
            return AllOf(tuple(from_data(part) for part in said))
        case "any":
            return AnyOf(tuple(from_data(part) for part in said))
        case "not":
            return Not(from_data(said))
    raise ValueError(f"A stored edition holds a condition nobody knows: {verb}.")


def _has_one_of(name: str, wanted: tuple[str, ...], known: Context) -> Truth:
    value = known.get(name)
    told = (value,) if isinstance(value, str) else tuple(value or ())
    if any(one in wanted for one in told):
        return Truth.TRUE
    # someone who ticked "I don't know" beside other answers has not ruled the rest out
    if not told or not UNTOLD.isdisjoint(told):
        return Truth.CANNOT_TELL
    return Truth.FALSE


def _is_answered(name: str, known: Context) -> Truth:
    if name not in known:
        return Truth.FALSE
    value = known[name]
    if value is None:
        return Truth.TRUE  # something was told, although we may not read what
    told = (value,) if isinstance(value, str) else value
    return Truth.TRUE if set(told) - UNTOLD - {""} else Truth.FALSE


def _combine(truths: Iterable[Truth], *, settles: Truth) -> Truth:
    seen = set(truths)
    if settles in seen:
        return settles
    if Truth.CANNOT_TELL in seen:
        return Truth.CANNOT_TELL
    return _OPPOSITE[settles]


def _leaves(condition: Condition) -> Iterator[Is | In | AtLeast | Answered]:
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _leaves(part)
        case Not(part):
            yield from _leaves(part)
        case leaf:
            yield leaf


_OPPOSITE = {
    Truth.TRUE: Truth.FALSE,
    Truth.FALSE: Truth.TRUE,
    Truth.CANNOT_TELL: Truth.CANNOT_TELL,
}
