"""Forms for the deferred questions: those not asked in the report, for whoever has the time, in
their mailbox."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from helpdesk.intake import report_form_rules
from helpdesk.intake.forms.questions import form_fields_for_questions
from helpdesk.intake.report_form_rules import KEPT
from helpdesk.playbooks.conditions import Context
from helpdesk.playbooks.model import Question
from helpdesk.playbooks.repository import load_current_library
from helpdesk.web.forms import Form


def list_deferred_questions(
    kinds: Sequence[str], reported: Sequence[str], language: str
) -> tuple[Question, ...]:
    """List the deferred questions: what these kinds of trouble still ask after a report about
    those, in the page's language."""
    library = load_current_library(language)
    return report_form_rules.deferred_questions(library, tuple(kinds), reported=tuple(reported))


def deferred_questions_form(kinds: Sequence[str], reported: Sequence[str], language: str) -> Any:
    """Make the form with all deferred questions; each can be left out."""
    return _form(tuple(kinds), tuple(reported), language)()


def answers_as_message(answers: Context, kinds: Sequence[str], reported: Sequence[str]) -> str:
    """Write the answers as a message to us: questions and choices in the words of the house."""
    return "\n\n".join(
        f"{one.ask}\n{', '.join(report_form_rules.answer_in_words(one, answers[one.id]))}"
        for one in list_deferred_questions(
            kinds, reported, load_current_library().collection.language
        )
        if one.id in answers
    )


@lru_cache(maxsize=KEPT)
def _form(kinds: tuple[str, ...], reported: tuple[str, ...], language: str) -> type[Any]:
    questions = list_deferred_questions(kinds, reported, language)
    return type("LaterForm", (Form,), form_fields_for_questions(questions))
