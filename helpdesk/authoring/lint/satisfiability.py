"""Satisfiability of a condition: whether some answers make it true."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from helpdesk.playbooks.answer_evaluation import drop_hidden_answers
from helpdesk.playbooks.conditions import UNTOLD, Condition, Value, compared_values_in
from helpdesk.playbooks.evaluation import ConditionTruth, evaluate_condition
from helpdesk.playbooks.model import Question, QuestionKind

# Stands for an answer that no condition asks for.
ANOTHER = "another"


@dataclass(frozen=True)
class AnswerSpace:
    """The space of possible answers: the questions that are asked, and the facts with the values
    they can get.

    What is `given` is so, and nothing else is tried for it.
    """

    questions: tuple[Question, ...]
    facts: Mapping[str, frozenset[str] | None]
    given: Mapping[str, str] = field(default_factory=dict)

    def can_satisfy(self, *conditions: Condition) -> bool:
        """Whether all conditions hold together, for certain, for somebody."""
        names = self._names(conditions)
        choices = [tuple(self._values(name, wanted)) for name, wanted in names.items()]
        for values in product(*choices):
            known = dict(zip(names, values, strict=True))
            if self._holds(conditions, known):
                return True
        return False

    def _holds(self, conditions: Iterable[Condition], known: Mapping[str, Value]) -> bool:
        asked = {question.id for question in self.questions}
        answers = {name: value for name, value in known.items() if name in asked}
        facts = {name: value for name, value in known.items() if name not in asked}
        known = {**drop_hidden_answers(self.questions, answers), **facts}
        return all(
            evaluate_condition(condition, known) is ConditionTruth.TRUE for condition in conditions
        )

    def _names(self, conditions: Iterable[Condition]) -> dict[str, set[str]]:
        """Every name that matters with the values that matter, what hides a question included."""
        hidden_by = {one.id: one.ask_when for one in self.questions if one.ask_when is not None}
        names: dict[str, set[str]] = {}
        to_see = list(conditions)
        while to_see:
            for name, values in compared_values_in(to_see.pop()):
                if name not in names and name in hidden_by:
                    to_see.append(hidden_by[name])
                names.setdefault(name, set()).update(values)
        return names

    def _values(self, name: str, wanted: set[str]) -> Iterator[Value]:
        """The values worth trying: those asked for, another one, several, and none."""
        if name in self.given:
            yield self.given[name]
            return
        question = next((one for one in self.questions if one.id == name), None)
        if question is None:
            yield from self._fact_values(name, wanted)
        elif not question.options:
            yield ANOTHER
        else:
            there = [one.id for one in question.options if one.id not in UNTOLD]
            telling = [one for one in there if one in wanted]
            others = [one for one in there if one not in wanted][:1]
            if question.kind is QuestionKind.MANY_OF:
                yield from ((one,) for one in (*telling, *others))
                yield from (tuple(telling[:size]) for size in range(2, len(telling) + 1))
            else:
                yield from (*telling, *others)
            yield from (one.id for one in question.options if one.id in wanted & UNTOLD)
        yield None

    def _fact_values(self, name: str, wanted: set[str]) -> Iterator[Value]:
        values = self.facts.get(name, frozenset())
        if values is None:
            yield ANOTHER
        else:
            yield from sorted(values & wanted)
            yield from sorted(values - wanted)[:1]
            yield ""  # no step has recorded it so far
