"""A condition in the words of its page, for people who read ahead."""

from collections.abc import Iterable

from helpdesk.playbooks.conditions import AllOf, Answered, AnyOf, AtLeast, Condition, In, Is, Not
from helpdesk.playbooks.pages import FactFrom, Outcome, Playbook, Question, Step


def in_words(condition: Condition, page: Playbook) -> str:
    """When something holds, as a clause: “Is it still going on?” is “Yes”.

    A question is quoted with its answers, a fact with the steps and outcomes that record it.
    """
    match condition:
        case Is(name, value):
            return _one_of(page, name, (value,))
        case In(name, values) | AtLeast(name, values):
            return _one_of(page, name, values)
        case Answered(name):
            return f"{_name(page, name)} has an answer"
        case AllOf(parts):
            return _joined(parts, page, " and ")
        case AnyOf(parts):
            return _joined(parts, page, " or ")
        case Not(part):
            return _opposite(part, page)


def _opposite(condition: Condition, page: Playbook) -> str:
    match condition:
        case Is(name, value):
            return _none_of(page, name, (value,))
        case In(name, values) | AtLeast(name, values):
            return _none_of(page, name, values)
        case Answered(name):
            return f"{_name(page, name)} has no answer"
        case AllOf(parts):
            return _joined(tuple(Not(part) for part in parts), page, " or ")
        case AnyOf(parts):
            return _joined(tuple(Not(part) for part in parts), page, " and ")
        case Not(part):
            return in_words(part, page)


def _joined(parts: tuple[Condition, ...], page: Playbook, word: str) -> str:
    clauses = [
        f"({in_words(part, page)})" if _has_parts(part) else in_words(part, page) for part in parts
    ]
    return word.join(clauses)


def _has_parts(condition: Condition) -> bool:
    inner = condition.part if isinstance(condition, Not) else condition
    return isinstance(inner, AllOf | AnyOf)


def _one_of(page: Playbook, name: str, values: tuple[str, ...]) -> str:
    question = page.question(name)
    if question is not None:
        return f"“{question.ask}” is {_any(_answers(question, values))}"
    recorded = _recorded(page, name, values)
    if recorded:
        return " or ".join(f"“{step.title}” ended as “{how.label}”" for step, how in recorded)
    return f"{_name(page, name)} is {_any(values)}"


def _none_of(page: Playbook, name: str, values: tuple[str, ...]) -> str:
    question = page.question(name)
    if question is not None:
        return f"“{question.ask}” is not {_any(_answers(question, values))}"
    recorded = _recorded(page, name, values)
    if recorded:
        return " and ".join(
            f"“{step.title}” did not end as “{how.label}”" for step, how in recorded
        )
    return f"{_name(page, name)} is not {_any(values)}"


def _name(page: Playbook, name: str) -> str:
    question = page.question(name)
    return f"“{question.ask}”" if question is not None else name.replace("_", " ")


def _answers(question: Question, values: Iterable[str]) -> list[str]:
    options = (question.option(value) for value in values)
    return [
        str(option.label) if option else value
        for option, value in zip(options, values, strict=True)
    ]


def _any(values: Iterable[str]) -> str:
    return " or ".join(f"“{value}”" for value in values)


def _recorded(page: Playbook, fact: str, values: tuple[str, ...]) -> list[tuple[Step, Outcome]]:
    """The outcomes that put one of these values on the case."""
    return [
        (step, outcome)
        for step in page.steps
        for outcome in step.outcomes
        if _value_of(fact, step, outcome) in values
    ]


def _value_of(fact: str, step: Step, outcome: Outcome) -> str | None:
    set_here = next((one.value for one in outcome.sets if one.name == fact), None)
    if set_here is not None:
        return set_here
    from_outcome = any(one.fact == fact and one.source is FactFrom.OUTCOME for one in step.sets)
    return outcome.id if from_outcome else None
