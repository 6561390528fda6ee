"""The forms of the report's four steps, made once for each language."""

from functools import cache, lru_cache
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectMultipleField, TextAreaField
from wtforms.fields import SelectChoice

from helpdesk.cases.states import ConsentKind
from helpdesk.intake import report_form_rules
from helpdesk.intake.forms.consents import CONSENTS
from helpdesk.intake.forms.questions import (
    drop_unknown_choice,
    form_field_for_question,
    form_fields_for_questions,
)
from helpdesk.intake.report_form_rules import CONTACT, KEPT, STORY
from helpdesk.playbooks import several_kinds_of_trouble
from helpdesk.playbooks.incident_search import IncidentSearch
from helpdesk.playbooks.repository import incident_classifier, load_current_library
from helpdesk.web.forms import Form
from helpdesk.web.text_lengths import TEXT_LIMIT, max_length_validator


class ReportStepForm(Form):
    """The base form of a step of the report. The token of the whole form is checked before any page
    is read."""

    class Meta(Form.Meta):
        csrf = False


@cache
def first_step_form(language: str) -> type[Any]:
    """The form of the first step: what happened, in their words, and every kind that can be ticked.

    The words are the story of the report: nobody types twice.
    """
    kinds = [
        SelectChoice(page.id, page.title)
        for page in report_form_rules.incident_kinds(load_current_library(language))
    ]
    what = SelectMultipleField(
        _("What happened?"), choices=kinds, coerce=drop_unknown_choice(kinds), validate_choice=False
    )
    story = TextAreaField(
        _("Tell us in your own words"),
        description=_("A few words are enough. Nobody reads them until you send them."),
        validators=[max_length_validator(TEXT_LIMIT)],
    )
    return _sheet({STORY: story, "what": what})


@lru_cache(maxsize=KEPT)
def urgency_form(language: str, kinds: tuple[str, ...]) -> type[Any]:
    """The form of the urgency questions, which decide how soon we help."""
    library = load_current_library(language)
    asked = report_form_rules.urgency_questions(
        library, several_kinds_of_trouble.playbooks_of_kinds(library, kinds)
    )
    return _sheet(
        form_fields_for_questions(one for one in asked if one.id in library.decision_questions)
    )


@lru_cache(maxsize=KEPT)
def incident_questions_form(language: str, kinds: tuple[str, ...]) -> type[Any]:
    """The form of the other questions that these kinds of trouble ask before the report is sent."""
    library = load_current_library(language)
    asked = report_form_rules.urgency_questions(
        library, several_kinds_of_trouble.playbooks_of_kinds(library, kinds)
    )
    return _sheet(
        form_fields_for_questions(one for one in asked if one.id not in library.decision_questions)
    )


@cache
def last_step_form(language: str) -> type[Any]:
    """The form of the last step: their story, how to reach them, and what they agree to."""
    asked = (load_current_library(language).question(name) for name in (STORY, *CONTACT))
    consents = SelectMultipleField(
        _("What do you agree to?"),
        choices=list(CONSENTS),
        coerce=drop_unknown_choice(SelectChoice(kind, kind) for kind in ConsentKind),
        validate_choice=False,
        description=_("We’ll answer you either way. You can change this later."),
    )
    words = {one.id: form_field_for_question(one) for one in asked if one is not None}
    return _sheet(words | {"consents": consents})


@cache
def multilingual_search_for(language: str) -> IncidentSearch:
    """Make the search in the language shown, by the phrases of all: people mix languages."""
    shown, source = load_current_library(language), load_current_library()
    offered = [
        page for heading in report_form_rules.kinds_by_heading(shown) for page in heading.pages
    ]
    also = source.playbooks if shown is not source else ()
    return IncidentSearch(offered, also, classifier=incident_classifier())


def _sheet(fields: dict[str, Any]) -> type[Any]:
    return type("PageOfReport", (ReportStepForm,), fields)
