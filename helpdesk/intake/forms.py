"""What people fill in: the three pages of a report, and the small forms of the mailbox."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import (
    Field,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired

from helpdesk.cases.status import ConsentKind
from helpdesk.escalations.standing import Verdict
from helpdesk.intake import report
from helpdesk.intake.report import CONTACT, STORY, Told
from helpdesk.playbooks.conditions import Value
from helpdesk.playbooks.library import Library
from helpdesk.playbooks.pages import Question, QuestionKind
from helpdesk.playbooks.shelf import the_library
from helpdesk.web.forms import TEXT_LIMIT, Form

# A kind, and for a platform which one.
Agreement = tuple[ConsentKind, str | None]

SHORT_LIMIT = 500
FIRST, OWN, LAST = PAGES = (1, 2, 3)
# Names of questions come from the playbooks and must not meet the names of the form's own parts.
PREFIX = "q_"

CONSENTS = (
    SelectChoice(ConsentKind.HELP, _("You may read this and help me")),
    SelectChoice(ConsentKind.KEEP, _("You may keep this after the case is closed")),
    SelectChoice(ConsentKind.HELPER, _("You may share what is needed with another helper")),
)
PLAIN_AGREEMENTS: tuple[Agreement, ...] = tuple((choice.value, None) for choice in CONSENTS)
VERDICTS = (
    SelectChoice(Verdict.CONFIRMED, _("Yes, it is fixed")),
    SelectChoice(Verdict.PARTIAL, _("Only partly")),
    SelectChoice(Verdict.NOT_EFFECTIVE, _("No, nothing has changed")),
    SelectChoice(Verdict.CANNOT_TELL, _("I cannot tell yet")),
)


def not_longer_than(limit: int) -> Callable[[Any, Field], None]:
    """A text that is too long is kept, and its writer told by how much."""

    def check(_form: Any, field: Field) -> None:
        length = len(field.data or "")
        if length > limit:
            raise ValidationError(
                _(
                    "“%(question)s” has %(length)s characters, and we can take %(limit)s at once. "
                    "Nothing is lost: shorten it here, and send the rest later from your mailbox.",
                    question=field.label.text,
                    length=f"{length:,}",
                    limit=f"{limit:,}",
                )
            )

    return check


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
        self.platform = report.named_platform(self.library, self.answers)
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


class ReturnForm(Form):
    """The way back in. `body` is a message that was being written when the mailbox closed."""

    code = TextAreaField(
        _("Your return code"),
        description=_(
            "The ten words in their order, or the 26 letters and digits. Capital letters, spaces "
            "and hyphens do not matter."
        ),
    )
    body = TextAreaField()


class MessageForm(Form):
    """Words from the reporter to the helpdesk."""

    body = TextAreaField(
        _("Write to us"),
        validators=[
            DataRequired(_("Write something before you send it.")),
            not_longer_than(TEXT_LIMIT),
        ],
        description=_("Tell us anything new, or answer what we asked."),
    )


class ConsentsForm(Form):
    """What the reporter agrees to, all at once: what is not ticked is taken back."""

    agreed = SelectMultipleField(_("Ticked is agreed"), validate_choice=False)
    elsewhere = SelectMultipleField(
        _("Another platform that you would let us ask"), validate_choice=False
    )

    def offer(self, near: Sequence[Agreement], further: Sequence[Agreement]) -> None:
        """Which agreements can be ticked: those of this case, and platforms it has not met."""
        self.agreed.choices = [_choice_of(*one) for one in near]
        self.elsewhere.choices = [_choice_of(*one) for one in further]

    def tick(self, standing: Iterable[Agreement]) -> None:
        """Show what stands now."""
        self.agreed.data = [_value_of(*one) for one in standing]

    def ticked(self) -> set[Agreement]:
        """Every agreement that is ticked and was on offer."""
        picked = {*(self.agreed.data or ()), *(self.elsewhere.data or ())}
        offered = [*self.agreed.choices, *self.elsewhere.choices]
        return {_agreement(choice.value) for choice in offered if choice.value in picked}


class VerdictForm(Form):
    """Whether it is really fixed, which only the person can say."""

    verdict = RadioField(
        _("Is it really fixed?"),
        choices=list(VERDICTS),
        validators=[InputRequired(_("Choose one answer. “I cannot tell yet” is one too."))],
    )


def _choice_of(kind: ConsentKind, platform: str | None) -> SelectChoice:
    value = _value_of(kind, platform)
    if platform is None:
        return next(choice for choice in CONSENTS if choice.value == kind)
    known = the_library().platform(platform)
    name = str(known.name) if known else platform
    return SelectChoice(value, _("You may ask %(platform)s to act", platform=name))


def _value_of(kind: ConsentKind, platform: str | None) -> str:
    return f"{kind}:{platform}" if platform else kind.value


def _agreement(value: str) -> Agreement:
    kind, _colon, platform = value.partition(":")
    return ConsentKind(kind), platform or None


@cache
def _first_page() -> type[Any]:
    library = the_library()
    kinds = [SelectChoice(page.id, str(page.title)) for page in report.kinds_of_trouble(library)]
    what = RadioField(
        _("What kind of trouble is it?"),
        choices=kinds,
        coerce=_one_of(kinds),
        validate_choice=False,
    )
    return _page_of({"what": what} | _fields(report.opening_questions(library)))


@cache
def _own_page(kind: str) -> type[Any]:
    return _page_of(_fields(report.own_questions(the_library(), kind)))


@cache
def _last_page() -> type[Any]:
    asked = (the_library().question(name) for name in (STORY, *CONTACT))
    consents = SelectMultipleField(
        _("Tick what you agree to"),
        choices=list(CONSENTS),
        coerce=_one_of(SelectChoice(kind, kind) for kind in ConsentKind),
        validate_choice=False,
        description=_("Each one is separate. You can change it at any time in your mailbox."),
    )
    words = {one.id: _field(one) for one in asked if one is not None}
    return _page_of(words | {"consents": consents})


def _page_of(fields: dict[str, Any]) -> type[Any]:
    return type("PageOfReport", (Page,), fields)


def _fields(questions: Iterable[Question]) -> dict[str, Any]:
    return {PREFIX + question.id: _field(question) for question in questions}


def _field(question: Question) -> Any:
    words = {"label": str(question.ask), "description": str(question.hint or "")}
    if question.kind.has_options:
        choices = [SelectChoice(option.id, str(option.label)) for option in question.options]
        many = question.kind is QuestionKind.MANY_OF
        kind = SelectMultipleField if many else RadioField
        return kind(**words, choices=choices, coerce=_one_of(choices), validate_choice=False)
    if question.kind is QuestionKind.LONG:
        return TextAreaField(**words, validators=[not_longer_than(TEXT_LIMIT)])
    return StringField(**words, validators=[not_longer_than(SHORT_LIMIT)])


def _one_of(choices: Iterable[SelectChoice]) -> Callable[[Any], str]:
    """A choice that is not on offer (any more) counts as none: it is no reason to stop a person."""
    known = {str(choice.value) for choice in choices}
    return lambda value: str(value) if str(value) in known else ""


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
