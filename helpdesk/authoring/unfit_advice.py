"""Unfit advice: whether advice goes against what a person said, by the checks of
vocab/advice_checks.yml."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from helpdesk.authoring.phrases import make_phrase_matcher
from helpdesk.authoring.written_library import AdviceCheck
from helpdesk.playbooks.answer_evaluation import SafeNowAdvice
from helpdesk.playbooks.conditions import Condition, Context, Value, compared_values_in
from helpdesk.playbooks.evaluation import ConditionTruth, evaluate_condition
from helpdesk.playbooks.model import Advice, Playbook, QuestionKind
from helpdesk.playbooks.several_kinds_of_trouble import (
    is_watched_by_someone_close,
    merged_advice,
    not_stopped,
)


@dataclass(frozen=True)
class UnfitAdvice:
    """A piece of unfit advice, which goes against an answer; without a line, one that is
    missing."""

    check: AdviceCheck
    line: Advice | None
    words: str

    def __str__(self) -> str:
        if self.line is None:
            return f"{self.check.id}: no first line says {self.words}. {self.check.because}"
        return f"{self.check.id}: '{self.line.id}' says “{self.words}”. {self.check.because}"


def find_unfit_advice(
    checks: Iterable[AdviceCheck], pages: Sequence[Playbook], answers: Context
) -> Iterator[UnfitAdvice]:
    """Find unfit advice: what these pages would say to somebody with these answers, and should
    not.

    With several kinds of trouble the first lines may be full of what saves lives today: then
    nothing else is missing among them. Nor is what someone close who watches would notice.
    """
    told = merged_advice(pages, answers)
    # of several kinds none knows that it is the one that has stopped
    counted = answers if len(pages) == 1 else not_stopped(answers)
    is_full = len(pages) > 1 and told.has_room_for_nothing_but_safety
    for check in checks:
        asking = _pages_asking(check, pages)
        if asking and _applies(check, counted):
            own = {str(line.text) for page in asking for line in page.safe_now}
            held_back = _held_back(asking, answers)
            excused = is_full or any(_saying(held_back, check.first))
            yield from _held(check, told, own, is_excused=excused)


def minimal_answers_for_condition(
    condition: Condition | None, page: Playbook
) -> Iterator[dict[str, Value]]:
    """The minimal answers that make a condition hold: to its questions, and to no others."""
    if condition is None:
        yield {}
        return
    named: dict[str, set[str]] = {}
    for name, mentioned in compared_values_in(condition):
        named.setdefault(name, set()).update(mentioned)
    choices = [_values(page, name, wanted) for name, wanted in named.items()]
    for chosen in product(*choices):
        answers: dict[str, Value] = dict(zip(named, chosen, strict=True))
        if evaluate_condition(condition, answers) is ConditionTruth.TRUE:
            yield answers


def is_shown_because_of(line: Advice, answers: Context, names: Container[str]) -> bool:
    """Whether a line is shown with these answers, and its condition names one of them."""
    if line.when is None or evaluate_condition(line.when, answers) is ConditionTruth.FALSE:
        return False
    return any(
        name in names and not set(mentioned).isdisjoint(_chosen(answers.get(name)))
        for name, mentioned in compared_values_in(line.when)
    )


def _pages_asking(check: AdviceCheck, pages: Sequence[Playbook]) -> list[Playbook]:
    """The pages that the check speaks of: those that ask all of its questions."""
    names = {name for name, _ in compared_values_in(check.when)} if check.when else set()
    return [page for page in pages if names <= {one.id for one in page.questions}]


def _applies(check: AdviceCheck, answers: Context) -> bool:
    return check.when is None or (evaluate_condition(check.when, answers) is ConditionTruth.TRUE)


def _held_back(pages: Iterable[Playbook], answers: Context) -> list[Advice]:
    if not is_watched_by_someone_close(answers):
        return []
    return [line for page in pages for line in page.safe_now if line.noticeable]


def _held(
    check: AdviceCheck, told: SafeNowAdvice, own: Container[str], *, is_excused: bool
) -> Iterator[UnfitAdvice]:
    """What is never said is looked for in the lines of the pages that ask: those of another kind
    speak of another phone, another bank, another account."""
    lines = [one for one in (*told.dos, *told.donts) if str(one.text) in own]
    for line, words in _saying(lines, check.never):
        yield UnfitAdvice(check, line, words)
    if (
        check.first
        and not is_excused
        and next(_saying((*told.first_dos, *told.first_donts), check.first), None) is None
    ):
        yield UnfitAdvice(check, None, " or ".join(f"“{one}”" for one in check.first))
    found = [next(_saying(told.dos, (words,)), None) for words in check.together]
    if found and all(found):
        yield from (UnfitAdvice(check, *one) for one in found[-1:] if one is not None)


def _saying(lines: Iterable[Advice], words: tuple[str, ...]) -> Iterator[tuple[Advice, str]]:
    looked_for = make_phrase_matcher(words)
    return ((line, phrase.words) for line in lines for phrase in looked_for.found_in(_words(line)))


def _words(line: Advice) -> str:
    return f"{line.text} {line.risk or ''}"


def _values(page: Playbook, name: str, wanted: set[str]) -> list[Value]:
    question = page.question(name)
    if question is None:
        return []
    there = [one.id for one in question.options if one.id in wanted]
    if question.kind is QuestionKind.MANY_OF:
        return [(one,) for one in there]
    return list(there)


def _chosen(value: Value) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value or ()
