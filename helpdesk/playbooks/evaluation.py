"""Whether a condition holds: true, false, or "cannot tell" where something is not known."""

from collections.abc import Iterable
from enum import Enum

from helpdesk.playbooks.conditions import (
    UNTOLD,
    AllOf,
    Answered,
    AnyOf,
    AtLeast,
    Condition,
    Context,
    In,
    Is,
    Not,
    leaf_conditions,
)


class Truth(Enum):
    """The three ways a condition comes out."""

    TRUE = "true"
    FALSE = "false"
    CANNOT_TELL = "cannot tell"


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


def unknown_names_in(condition: Condition, known: Context) -> tuple[str, ...]:
    """The names that would have to be known before this condition can be told."""
    if evaluate(condition, known) is not Truth.CANNOT_TELL:
        return ()
    return tuple(
        dict.fromkeys(
            leaf.name
            for leaf in leaf_conditions(condition)
            if evaluate(leaf, known) is Truth.CANNOT_TELL
        )
    )


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


_OPPOSITE = {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE, Truth.CANNOT_TELL: Truth.CANNOT_TELL}
