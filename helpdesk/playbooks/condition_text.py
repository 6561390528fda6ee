"""Conditions in the words of their page, for people who read ahead."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

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
from helpdesk.playbooks.model import Playbook, Question
from helpdesk.playbooks.step_facts import facts_set_by_outcome

Said = Callable[[str], str]


def condition_in_words(condition: Condition, page: Playbook, said: Said = str) -> str:
    """Put a condition into words, as a clause: “Is it still going on?” is “Yes”.

    A question is quoted with its answers, a fact with the steps and outcomes that record it.
    `said` turns the words between them into the language of the page.
    """
    return _Wording(page, said).clause(condition)


@dataclass(frozen=True)
class _Wording:
    page: Playbook
    _: Said

    def clause(self, condition: Condition) -> str:
        match condition:
            case Is(name, value) | Picked(name, value):
                return self._one_of(name, (value,))
            case In(name, values) | AtLeast(name, values):
                return self._one_of(name, values)
            case Answered(name):
                return self._("%(name)s has an answer") % {"name": self._name(name)}
            case AllOf(parts):
                return self._joined(parts, self._("and"))
            case AnyOf(parts):
                return self._joined(parts, self._("or"))
            case Not(part):
                return self._opposite(part)

    def _opposite(self, condition: Condition) -> str:
        match condition:
            case Is(name, value) | Picked(name, value):
                return self._none_of(name, (value,))
            case In(name, values) | AtLeast(name, values):
                return self._none_of(name, values)
            case Answered(name):
                return self._("%(name)s has no answer") % {"name": self._name(name)}
            case AllOf(parts):
                return self._joined(tuple(Not(part) for part in parts), self._("or"))
            case AnyOf(parts):
                return self._joined(tuple(Not(part) for part in parts), self._("and"))
            case Not(part):
                return self.clause(part)

    def _joined(self, parts: Iterable[Condition], word: str) -> str:
        clauses = (
            f"({self.clause(part)})" if _has_parts(part) else self.clause(part) for part in parts
        )
        return f" {word} ".join(clauses)

    def _one_of(self, name: str, values: tuple[str, ...]) -> str:
        recorded = self._recorded(name, values)
        if recorded:
            ended = self._("“%(step)s” ended as “%(outcome)s”")
            return f" {self._('or')} ".join(ended % how for how in recorded)
        said = {"name": self._name(name), "answers": self._any(self._answers(name, values))}
        return self._("%(name)s is %(answers)s") % said

    def _none_of(self, name: str, values: tuple[str, ...]) -> str:
        recorded = self._recorded(name, values)
        if recorded:
            ended = self._("“%(step)s” did not end as “%(outcome)s”")
            return f" {self._('and')} ".join(ended % how for how in recorded)
        said = {"name": self._name(name), "answers": self._any(self._answers(name, values))}
        return self._("%(name)s is not %(answers)s") % said

    def _name(self, name: str) -> str:
        question = self.page.question(name)
        return f"“{question.ask}”" if question is not None else name.replace("_", " ")

    def _answers(self, name: str, values: tuple[str, ...]) -> list[str]:
        question = self.page.question(name)
        return [_label(question, value) for value in values]

    def _any(self, values: Iterable[str]) -> str:
        return f" {self._('or')} ".join(f"“{value}”" for value in values)

    def _recorded(self, fact: str, values: tuple[str, ...]) -> list[dict[str, str]]:
        """The outcomes that put one of these values on the case."""
        if self.page.question(fact) is not None:
            return []
        return [
            {"step": str(step.title), "outcome": str(outcome.label)}
            for step in self.page.steps
            for outcome in step.outcomes
            if facts_set_by_outcome(step, outcome, {}).get(fact) in values
        ]


def _has_parts(condition: Condition) -> bool:
    inner = condition.part if isinstance(condition, Not) else condition
    return isinstance(inner, AllOf | AnyOf)


def _label(question: Question | None, value: str) -> str:
    option = question.option(value) if question else None
    return str(option.label) if option else value
