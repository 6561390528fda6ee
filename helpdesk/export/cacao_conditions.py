"""Conditions of a playbook in the words of a CACAO if-condition: comparisons of variables with
strings.

The product shows a step whose condition cannot be told. So must whoever runs an export, and a
CACAO condition is only true or false: what is written here is therefore "it is not ruled out".
A question that nobody answered, or that was answered with "I don't know", rules nothing out.

The grammar is that of STIX patterns, which has no "not" before a bracket: a negation is carried
down to the comparisons.
"""

from dataclasses import dataclass, replace

from helpdesk.export.ids_and_variables import option_variable_name, variable_name
from helpdesk.playbooks.conditions import (
    UNTOLD,
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
from helpdesk.playbooks.model import Playbook, Question, QuestionKind

UNANSWERED = ""


@dataclass(frozen=True)
class CacaoComparison:
    """A CACAO comparison of a variable with a string: the same, or not."""

    name: str
    value: str
    same: bool = True

    @property
    def opposite(self) -> "CacaoComparison":
        return replace(self, same=not self.same)

    def __str__(self) -> str:
        escaped = self.value.replace("\\", "\\\\").replace("'", "\\'")
        return f"{self.name}:value {'=' if self.same else '!='} '{escaped}'"


@dataclass(frozen=True)
class CacaoConditions:
    """Turns the conditions of one page into CACAO patterns over its variables."""

    page: Playbook

    def not_ruled_out(self, condition: Condition) -> str:
        """True unless what is known makes the condition false."""
        return self._pattern(condition, certain=False, opposite=False)

    def _pattern(self, condition: Condition, *, certain: bool, opposite: bool) -> str:
        match condition:
            case Is(name, value):
                told = self._has_one_of(name, (value,), certain=certain)
            case In(name, values) | AtLeast(name, values):
                told = self._has_one_of(name, values, certain=certain)
            case Picked(name, value):
                told = self._has_one_of(name, (value,), certain=True)
            case Answered(name):
                told = self._has_an_answer(name)
            case AllOf(parts) | AnyOf(parts):
                word = "AND" if isinstance(condition, AllOf) != opposite else "OR"
                inner = (self._pattern(one, certain=certain, opposite=opposite) for one in parts)
                return f" {word} ".join(f"({pattern})" for pattern in inner)
            case Not(part):
                # what is not ruled out is the opposite of what is certain, and the other way round
                return self._pattern(part, certain=not certain, opposite=not opposite)
        if opposite:
            return " AND ".join(str(one.opposite) for one in told)
        return " OR ".join(str(one) for one in told)

    def _has_one_of(
        self, name: str, values: tuple[str, ...], *, certain: bool
    ) -> list[CacaoComparison]:
        """The comparisons of which one must hold. A fact that no step recorded is not so."""
        question = self.page.question(name)
        told = [_told(question, name, value) for value in values]
        if question is not None and not certain:
            silent = [one.id for one in question.options if one.id in UNTOLD]
            told += [_told(question, name, word) for word in silent]
            told.append(CacaoComparison(variable_name(name), UNANSWERED))
        return told

    def _has_an_answer(self, name: str) -> list[CacaoComparison]:
        question = self.page.question(name)
        if question is None or not question.options:
            return [CacaoComparison(variable_name(name), UNANSWERED, same=False)]
        return [_told(question, name, one.id) for one in question.options if one.id not in UNTOLD]


def _told(question: Question | None, name: str, value: str) -> CacaoComparison:
    if question is not None and question.kind is QuestionKind.MANY_OF:
        return CacaoComparison(option_variable_name(name, value), "true")
    return CacaoComparison(variable_name(name), value)
