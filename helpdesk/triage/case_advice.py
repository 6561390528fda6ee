"""Advice in the mailbox: what is safe to do now, by what the reporter has answered by then."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from helpdesk.cases.models import Case
from helpdesk.cases.report_content import HOLD_IS_ABOUT, REPORTED
from helpdesk.core.work import Work
from helpdesk.playbooks.answer_evaluation import SafeNowAdvice
from helpdesk.playbooks.conditions import Context, Value, names_in
from helpdesk.playbooks.library import Library
from helpdesk.playbooks.repository import load_current_library
from helpdesk.playbooks.several_kinds_of_trouble import merged_advice, playbooks_of_kinds

# No question has a blank in its name.
ANSWERED_LATER: Final = "answered later"
BESIDE_ANSWERS: Final = frozenset({ANSWERED_LATER, HOLD_IS_ABOUT, REPORTED})


def seal_answers_for_advice(
    case: Case,
    answers: Context,
    *,
    questions_answered_later: Iterable[str] = (),
    hold_is_about: str = "",
    reported: Iterable[str] = (),
) -> None:
    """Seal the answers that some line of advice asks about to the return code, and no others.

    They are choices, never words. Whoever forces a code out of somebody sees what to do, and not
    what was told. Of what was answered in the mailbox the names of the questions are kept, so that
    it asks only for what is left; never that of a decision question, which it does not ask there:
    nobody sees from it that somebody said they were in danger.
    """
    kept: dict[str, Any] = {name: answers[name] for name in sorted(_asked_about() & answers.keys())}
    if names := sorted({*questions_answered_later} - {*load_current_library().decision_questions}):
        kept[ANSWERED_LATER] = names
    if hold_is_about and "hold" in kept:
        kept[HOLD_IS_ABOUT] = hold_is_about
    if kinds := [*reported]:
        kept[REPORTED] = kinds
    place = case.envelope_place_of("for_advice")
    case.for_advice = case.reporter_public.seal_text(json.dumps(kept), place)


def add_answers_for_advice(work: Work, case: Case, answers: Context) -> None:
    """Add newer answers to those sealed for the advice."""
    names = {*questions_answered_later(work, case), *answers}
    known = {**answers_for_advice(work, case), **answers}
    seal_answers_for_advice(
        case,
        known,
        questions_answered_later=names,
        hold_is_about=kind_asked_whether_it_stopped(work, case),
        reported=kinds_reported(work, case),
    )


def answers_for_advice(work: Work, case: Case) -> dict[str, Value]:
    """The answers sealed for the advice, opened for the reporter; nothing of a case from before
    there was advice, nor where they cannot be read: advice is then given as to somebody who has
    answered nothing."""
    return {
        name: value if isinstance(value, str) else tuple(value or ())
        for name, value in _kept_for_reporter(work, case).items()
        if name not in BESIDE_ANSWERS
    }


def questions_answered_later(work: Work, case: Case) -> frozenset[str]:
    """The questions of the mailbox that the reporter has answered by now, never what."""
    return frozenset(_kept_for_reporter(work, case).get(ANSWERED_LATER) or ())


def kind_asked_whether_it_stopped(work: Work, case: Case) -> str:
    """The kind of trouble of which alone was told whether it has stopped, for the reporter; nothing
    where it was told of several, nor in a case from before this was kept."""
    return str(_kept_for_reporter(work, case).get(HOLD_IS_ABOUT) or "")


def kinds_reported(work: Work, case: Case) -> tuple[str, ...]:
    """The kinds of trouble that the report was about; none in a case from before this was kept."""
    return tuple(_kept_for_reporter(work, case).get(REPORTED) or ())


def _kept_for_reporter(work: Work, case: Case) -> Mapping[str, Any]:
    text = work.keys.read_own(case, "for_advice")
    return work.keys.mapping_of(text, case.envelope_place_of("for_advice"))


def advice_for(work: Work, case: Case, library: Library) -> SafeNowAdvice:
    """The advice for the reporter: what to do now and what better not, by today's playbooks and the
    newest answers."""
    return merged_advice(
        playbooks_of_kinds(library, case.kinds_for_reporter),
        answers_for_advice(work, case),
        hold_is_about=kind_asked_whether_it_stopped(work, case),
    )


@cache
def _asked_about() -> frozenset[str]:
    """The questions on which some line of advice depends, of any kind of trouble: a case may be
    about another one tomorrow."""
    lines = (one for page in load_current_library().playbooks for one in page.safe_now)
    return frozenset(name for one in lines if one.when is not None for name in names_in(one.when))
