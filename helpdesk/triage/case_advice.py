"""What is safe to do now, as often as a reporter comes back: by what is known of them by then."""

import json
from functools import cache

from helpdesk.cases.models import Case
from helpdesk.core.work import Work
from helpdesk.playbooks.answer_evaluation import SafeNowAdvice
from helpdesk.playbooks.conditions import Context, Value, names_in
from helpdesk.playbooks.library import Library
from helpdesk.playbooks.repository import load_current_library
from helpdesk.playbooks.several_playbooks import merged_advice, playbooks_of_kinds


def seal_answers_for_advice(case: Case, answers: Context) -> None:
    """Seal to the return code those answers that some line of advice asks about, and no others.

    They are choices, never words. Whoever forces a code out of somebody sees what to do, and not
    what was told.
    """
    kept = {name: answers[name] for name in sorted(_asked_about() & answers.keys())}
    place = case.envelope_place_of("for_advice")
    case.for_advice = case.reporter_public.seal_text(json.dumps(kept), place)


def add_answers_for_advice(work: Work, case: Case, answers: Context) -> None:
    """Add what the reporter has answered since."""
    seal_answers_for_advice(case, {**answers_for_advice(work, case), **answers})


def answers_for_advice(work: Work, case: Case) -> dict[str, Value]:
    """What was kept, for the reporter; nothing of a case from before there was advice, nor where it
    cannot be read: advice is then given as to somebody who has answered nothing."""
    text = work.keys.read_own(case, "for_advice")
    told = work.keys.mapping_of(text, case.envelope_place_of("for_advice"))
    return {
        name: value if isinstance(value, str) else tuple(value or ())
        for name, value in told.items()
    }


def advice_for(work: Work, case: Case, library: Library) -> SafeNowAdvice:
    """What to do now and what better not, by today's playbooks and the newest answers."""
    return merged_advice(playbooks_of_kinds(library, case.kinds), answers_for_advice(work, case))


@cache
def _asked_about() -> frozenset[str]:
    """The questions on which some line of advice depends, of any kind of trouble: a case may be
    about another one tomorrow."""
    lines = (one for page in load_current_library().playbooks for one in page.safe_now)
    return frozenset(name for one in lines if one.when is not None for name in names_in(one.when))
