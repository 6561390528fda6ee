"""Evaluating a condition: true, false, or "cannot tell" where something is not known."""

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
    Picked,
    leaf_conditions,
)


class ConditionTruth(Enum):
    """The three results of evaluating a condition."""

    TRUE = "true"
    FALSE = "false"
    CANNOT_TELL = "cannot tell"


def evaluate_condition(condition: Condition, known: Context) -> ConditionTruth:
    """Evaluate a condition; never a guess where an answer is missing, unknown or sealed."""
    match condition:
        case Is(name, value):
            return _has_one_of(name, (value,), known)
        case In(name, values) | AtLeast(name, values):
            return _has_one_of(name, values, known)
        case Picked(name, value):
            return _was_picked(name, value, known)
        case Answered(name):
            return _is_answered(name, known)
        case AllOf(parts):
            return _combine(
                (evaluate_condition(part, known) for part in parts), settles=ConditionTruth.FALSE
            )
        case AnyOf(parts):
            return _combine(
                (evaluate_condition(part, known) for part in parts), settles=ConditionTruth.TRUE
            )
        case Not(part):
            return _OPPOSITE[evaluate_condition(part, known)]


def unknown_names_in(condition: Condition, known: Context) -> tuple[str, ...]:
    """The names that would have to be known before this condition can be told."""
    if evaluate_condition(condition, known) is not ConditionTruth.CANNOT_TELL:
        return ()
    return tuple(
        dict.fromkeys(
            leaf.name
            for leaf in leaf_conditions(condition)
            if evaluate_condition(leaf, known) is ConditionTruth.CANNOT_TELL
        )
    )


def _has_one_of(name: str, wanted: tuple[str, ...], known: Context) -> ConditionTruth:
    value = known.get(name)
    told = (value,) if isinstance(value, str) else tuple(value or ())
    if any(one in wanted for one in told):
        return ConditionTruth.TRUE
    # someone who ticked "I don't know" beside other answers has not ruled the rest out
    if not told or not UNTOLD.isdisjoint(told):
        return ConditionTruth.CANNOT_TELL
    return ConditionTruth.FALSE


def _was_picked(name: str, wanted: str, known: Context) -> ConditionTruth:
    value = known.get(name, "")
    if value is None:
        return ConditionTruth.CANNOT_TELL  # something was told, and we may not read what
    told = (value,) if isinstance(value, str) else value
    return ConditionTruth.TRUE if wanted in told else ConditionTruth.FALSE


def _is_answered(name: str, known: Context) -> ConditionTruth:
    if name not in known:
        return ConditionTruth.FALSE
    value = known[name]
    if value is None:
        return ConditionTruth.TRUE  # something was told, although we may not read what
    told = (value,) if isinstance(value, str) else value
    return ConditionTruth.TRUE if set(told) - UNTOLD - {""} else ConditionTruth.FALSE


def _combine(truths: Iterable[ConditionTruth], *, settles: ConditionTruth) -> ConditionTruth:
    seen = set(truths)
    if settles in seen:
        return settles
    if ConditionTruth.CANNOT_TELL in seen:
        return ConditionTruth.CANNOT_TELL
    return _OPPOSITE[settles]


_OPPOSITE = {
    ConditionTruth.TRUE: ConditionTruth.FALSE,
    ConditionTruth.FALSE: ConditionTruth.TRUE,
    ConditionTruth.CANNOT_TELL: ConditionTruth.CANNOT_TELL,
}
