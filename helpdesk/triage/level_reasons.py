"""Reasons: which answers made a case more urgent than was said of danger and time themselves."""

from collections.abc import Iterable, Iterator, Sequence

from helpdesk.playbooks.conditions import (
    AllOf,
    AnyOf,
    Condition,
    Context,
    Not,
    Value,
    compared_values_in,
)
from helpdesk.playbooks.model import Playbook, RedFlag, Text


def answers_raising_level(
    pages: Sequence[Playbook], answers: Context, settled: Context, flags: Iterable[RedFlag]
) -> tuple[Text, ...]:
    """The picked options by which a point counts higher than it was answered, or a flag rose."""
    named = {pair for flag in flags for pair in _affirmed(flag.when)}
    named |= {
        (question.id, option.id)
        for page in pages
        for question in page.questions
        for option in question.options
        for setting in option.sets
        if settled.get(setting.name) == setting.value != answers.get(setting.name)
    }
    picked = {
        option.label.id: option.label
        for page in pages
        for question in page.questions
        for option in question.options
        if (question.id, option.id) in named and option.id in _told(answers.get(question.id))
    }
    return tuple(picked.values())


def _affirmed(condition: Condition) -> Iterator[tuple[str, str]]:
    """Every name with a value that speaks for the condition: nothing that it denies."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _affirmed(part)
        case Not():
            return
        case leaf:
            for name, values in compared_values_in(leaf):
                yield from ((name, value) for value in values)


def _told(value: Value) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())
