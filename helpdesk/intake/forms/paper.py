"""The report on its way: three pages over one set of fields, nothing of which is stored."""

from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import RadioField, SelectMultipleField
from wtforms.fields import SelectChoice

from helpdesk.cases.status import ConsentKind
from helpdesk.intake import report
from helpdesk.intake.forms.agreements import CONSENTS
from helpdesk.intake.forms.questions import PREFIX, field_for, fields_for, one_of
from helpdesk.intake.report import CONTACT, STORY, Told
from helpdesk.playbooks.conditions import Value
from helpdesk.playbooks.library import Library
from helpdesk.playbooks.pages import Question
from helpdesk.playbooks.shelf import the_library
from helpdesk.web.forms import Form

FIRST, OWN, LAST = PAGES = (1, 2, 3)


@dataclass(frozen=True)
class Given:
    """An answer as it is shown again, and where it can be changed."""

    question: str
    words: str
    page: int
    place: str


class Page(Form):
    """A page of the report. The token of the whole form is checked before any page is read."""

    class Meta(Form.Meta):
        csrf = False


class Paper:
    """A whole report on its way: three pages over one set of fields; nothing of it is stored."""

    def __init__(self, fields: MultiDict[str, str], library: Library | None = None) -> None:
        self.fields = fields
        self.library = library or the_library()
        self.first = _first_page()(fields)
        self.kind: str = self.first.what.data or ""
        self.own = _own_page(self.kind)(fields)
        for question_id in report.left_out(self.library, self.kind, _answers(self.first)):
            delattr(self.own, PREFIX + question_id)
        self.last = _last_page()(fields)
        self.answers = report.standing_answers(
            self.library, self.kind, _answers(self.first) | _answers(self.own)
        )
        self.platform = self.library.named_platform(self.answers)
        if self.platform is not None:
            words = _("You may ask %(platform)s to act", platform=self.platform.name)
            self.last.consents.choices = [*CONSENTS, SelectChoice(ConsentKind.PLATFORM, words)]

    def page(self, number: int) -> Page:
        pages: dict[int, Page] = {FIRST: self.first, OWN: self.own, LAST: self.last}
        return pages[number]

    def questions(self, number: int) -> tuple[Question, ...]:
        """The library's questions that stand on a page, in order."""
        page = self.page(number)
        if number == FIRST:
            return report.opening_questions(self.library)
        own = report.own_questions(self.library, self.kind)
        return tuple(one for one in own if number == OWN and PREFIX + one.id in page)

    def carried(self, number: int) -> list[tuple[str, str]]:
        """What the other pages hold, as fields that travel along unseen."""
        others = [self.page(other) for other in PAGES if other != number]
        names = [field.name for page in others for field in page]
        return [(name, value) for name in names for value in self.fields.getlist(name)]

    def first_fault(self) -> int | None:
        """The first page with something that must be put right before it can be sent."""
        faulty = [number for number in PAGES if not self.page(number).validate()]
        if not faulty and not self._says_something():
            self.last[STORY].errors = [
                _("Tell us in a few words what happened. One sentence is enough.")
            ]
            return LAST
        return faulty[0] if faulty else None

    def told(self, *, language: str) -> Told:
        """What the report says, once it is sent."""
        consents = frozenset(ConsentKind(one) for one in self.last.consents.data or () if one)
        if self.platform is None:
            consents -= {ConsentKind.PLATFORM}
        return Told(
            incident_type=report.playbook_for(self.library, self.kind).id,
            answers=self.answers,
            story=_plain(self.last[STORY].data),
            contact={name: _plain(self.last[name].data) for name in CONTACT},
            consents=consents,
            platform=self.platform.slug if self.platform else None,
            language=language,
        )

    def given(self) -> list[Given]:
        """What was answered on the first two pages, to be looked at before it is sent."""
        kinds = {one.value: one.label for one in self.first.what.choices}
        given = []
        if self.kind:
            given.append(Given(self.first.what.label.text, kinds[self.kind], FIRST, "what-0"))
        for number in (FIRST, OWN):
            for question in self.questions(number):
                if question.id in self.answers:
                    field = self.page(number)[PREFIX + question.id]
                    words = report.in_words(question, self.answers[question.id])
                    place = f"{field.id}-0" if question.kind.has_options else field.id
                    given.append(Given(field.label.text, words, number, place))
        return given

    @property
    def kind_hints(self) -> dict[str, str]:
        """What people in that kind of trouble say."""
        return {
            page.id: ", ".join(f"“{words}”" for words in page.also_called[:3])
            for page in report.kinds_of_trouble(self.library)
        }

    @property
    def skipped(self) -> int:
        """How many questions were left without an answer."""
        asked = [*self.questions(FIRST), *self.questions(OWN)]
        return sum(question.id not in self.answers for question in asked)

    def _says_something(self) -> bool:
        own = report.own_questions(self.library, self.kind)
        return report.says_something(self.kind, self.last[STORY].data or "", own, self.answers)


@cache
def _first_page() -> type[Any]:
    library = the_library()
    kinds = [SelectChoice(page.id, str(page.title)) for page in report.kinds_of_trouble(library)]
    what = RadioField(
        _("What kind of trouble is it?"),
        choices=kinds,
        coerce=one_of(kinds),
        validate_choice=False,
    )
    return _page_of({"what": what} | fields_for(report.opening_questions(library)))


@cache
def _own_page(kind: str) -> type[Any]:
    return _page_of(fields_for(report.own_questions(the_library(), kind)))


@cache
def _last_page() -> type[Any]:
    asked = (the_library().question(name) for name in (STORY, *CONTACT))
    consents = SelectMultipleField(
        _("Tick what you agree to"),
        choices=list(CONSENTS),
        coerce=one_of(SelectChoice(kind, kind) for kind in ConsentKind),
        validate_choice=False,
        description=_("Each one is separate. You can change it at any time in your mailbox."),
    )
    words = {one.id: field_for(one) for one in asked if one is not None}
    return _page_of(words | {"consents": consents})


def _page_of(fields: dict[str, Any]) -> type[Any]:
    return type("PageOfReport", (Page,), fields)


def _answers(page: Page) -> dict[str, Value]:
    """The answers on a page by question, without those that were skipped."""
    answers: dict[str, Value] = {}
    for field in page:
        if field.name.startswith(PREFIX):
            value = field.data
            told = tuple(one for one in value if one) if isinstance(value, list) else value
            if told:
                answers[field.name.removeprefix(PREFIX)] = cast(Value, told)
    return answers


def _plain(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n")
