"""The steps of the report form: a form class for each, made once for each language."""

from functools import cache, lru_cache
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectMultipleField, StringField
from wtforms.fields import SelectChoice

from helpdesk.cases.states import ConsentKind
from helpdesk.intake import report
from helpdesk.intake.forms.agreements import CONSENTS
from helpdesk.intake.forms.questions import field_for, fields_for, one_of
from helpdesk.intake.report import CONTACT, KEPT, STORY
from helpdesk.playbooks import merging
from helpdesk.playbooks.repository import incident_classifier, the_library
from helpdesk.playbooks.search import PlaybookSearch
from helpdesk.web.forms import Form


class ReportStepForm(Form):
    """A page of the report. The token of the whole form is checked before any page is read."""

    class Meta(Form.Meta):
        csrf = False


@cache
def first_step_form(language: str) -> type[Any]:
    """What happened: words to look for, and everything that can be ticked."""
    kinds = [
        SelectChoice(page.id, page.title) for page in report.kinds_of_trouble(the_library(language))
    ]
    what = SelectMultipleField(
        _("What happened?"), choices=kinds, coerce=one_of(kinds), validate_choice=False
    )
    words = StringField(
        _("Say it in a few words, and we look for it"),
        description=_("For example: hacked, locked out, my photos. Nobody keeps these words."),
    )
    return _sheet({"words": words, "what": what})


@lru_cache(maxsize=KEPT)
def questions_form(language: str, kinds: tuple[str, ...]) -> type[Any]:
    """What the picked kinds of trouble ask."""
    library = the_library(language)
    return _sheet(fields_for(report.questions(library, merging.pages_of(library, kinds))))


@cache
def last_step_form(language: str) -> type[Any]:
    """Their own words, how to reach them, and what they agree to."""
    asked = (the_library(language).question(name) for name in (STORY, *CONTACT))
    consents = SelectMultipleField(
        _("Tick what you agree to"),
        choices=list(CONSENTS),
        coerce=one_of(SelectChoice(kind, kind) for kind in ConsentKind),
        validate_choice=False,
        description=_(
            "You do not have to tick anything. Each one is separate, and you can change it at any "
            "time in your mailbox."
        ),
    )
    words = {one.id: field_for(one) for one in asked if one is not None}
    return _sheet(words | {"consents": consents})


@cache
def search_in(language: str) -> PlaybookSearch:
    """Searches in the language shown, by the phrases of all: people mix languages."""
    shown, source = the_library(language), the_library()
    offered = [page for heading in report.headings(shown) for page in heading.pages]
    also = source.playbooks if shown is not source else ()
    return PlaybookSearch(offered, also, classifier=incident_classifier())


def _sheet(fields: dict[str, Any]) -> type[Any]:
    return type("PageOfReport", (ReportStepForm,), fields)
