"""Reasons of a level: which answers made a case more urgent than was said of danger and time
themselves."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from helpdesk.cases.levels import Level
from helpdesk.playbooks.conditions import (
    AllOf,
    AnyOf,
    Condition,
    Context,
    Not,
    Value,
    compared_values_in,
)
from helpdesk.playbooks.model import AnswerOption, Playbook, Question, RedFlag, Text


def answers_raising_level(
    pages: Sequence[Playbook], answers: Context, settled: Context, flags: Iterable[RedFlag]
) -> tuple[Text, ...]:
    """The answers that raised the level, the weightiest first: picked options by which a flag rose,
    by the least level that it allows, among them those by which a point counts higher than it was
    answered."""
    weights: dict[tuple[str, str], int] = {}
    for flag in flags:
        for pair in _affirmed(flag.when):
            weights[pair] = max(weights.get(pair, 0), flag.floor.rank if flag.floor else 0)
    weights |= {
        (question.id, option.id): max(one.rank for one in Level)
        for page in pages
        for question in page.questions
        for option in question.options
        for setting in option.sets
        if settled.get(setting.name) == setting.value != answers.get(setting.name)
    }
    picked = [
        (weights[question.id, option.id], option.label.id, _in_words(question, option))
        for page in pages
        for question in page.questions
        for option in question.options
        if (question.id, option.id) in weights and option.id in _told(answers.get(question.id))
    ]
    by_weight = sorted(picked, key=lambda one: -one[0])
    return tuple({label: words for _weight, label, words in by_weight}.values())


def _in_words(question: Question, option: AnswerOption) -> Text:
    """The answer; "Yes" or "No, neither" says nothing without its question."""
    first_word, *more = str(option.label).split()
    if more and not first_word.endswith((",", "،")):
        return option.label
    return replace(option.label, text=f"{question.ask} {option.label}")


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
