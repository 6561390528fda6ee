"""The report form: four pages over one set of fields, which nobody of us can read."""

from dataclasses import dataclass
from functools import cached_property

from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms.fields import SelectChoice

from helpdesk.cases.states import ConsentKind
from helpdesk.intake import report_form_rules
from helpdesk.intake.forms.consents import CONSENTS, platform_consent_label
from helpdesk.intake.forms.kind_search import KindSearch
from helpdesk.intake.forms.questions import PREFIX, answers_from_form
from helpdesk.intake.forms.report_steps import (
    ReportStepForm,
    first_step_form,
    incident_questions_form,
    last_step_form,
    urgency_form,
)
from helpdesk.intake.report_form_rules import CONTACT, STORY, ReportContent
from helpdesk.playbooks import several_kinds_of_trouble
from helpdesk.playbooks.danger_signs import DangerSign, signs_in_answers
from helpdesk.playbooks.library import PLATFORM_QUESTION
from helpdesk.playbooks.model import Question
from helpdesk.playbooks.named_service import named_service
from helpdesk.playbooks.repository import danger_detector, load_current_library

FIRST, URGENCY, OWN, LAST = PAGES = (1, 2, 3, 4)


@dataclass(frozen=True)
class AnswerSummary:
    """An answer as the report form shows it again, and where it can be changed."""

    question: str
    words: tuple[str, ...]
    page: int
    place: str


class ReportFormSteps:
    """The steps of a report form that is being filled in: four pages over one set of fields."""

    def __init__(self, fields: MultiDict[str, str], language: str = "en") -> None:
        self.fields, self.language = fields, language
        self.library = load_current_library(language)
        self.first = first_step_form(language)(fields)
        self.kinds = report_form_rules.selected_kinds(self.library, self.first.what.data or ())
        self.search = KindSearch(self.first, self.kinds, language, looked=fields.get("looked", ""))
        self.asked = report_form_rules.playbooks_to_ask(self.library, self.kinds)
        kinds = tuple(page.id for page in self.asked)
        self.urgency = urgency_form(language, kinds)(fields)
        self.own = incident_questions_form(language, kinds)(fields)
        self.last = last_step_form(language)(fields)
        told = answers_from_form(self.urgency) | answers_from_form(self.own)
        self.answers = report_form_rules.drop_unasked_answers(self.library, self.asked, told)
        self.platform = self.library.named_platform(self.answers)
        if self.platform is not None:
            words = platform_consent_label(str(self.platform.name))
            self.last.consents.choices = [*CONSENTS, SelectChoice(ConsentKind.PLATFORM, words)]

    def page(self, number: int) -> ReportStepForm:
        pages: dict[int, ReportStepForm] = dict(
            zip(PAGES, (self.first, self.urgency, self.own, self.last), strict=True)
        )
        return pages[number]

    def questions_on(self, number: int) -> tuple[Question, ...]:
        """What a page asks, in order."""
        fields = self.page(number)
        return tuple(one for one in self.questions if PREFIX + one.id in fields)

    @property
    def own_questions(self) -> tuple[report_form_rules.QuestionGroup, ...]:
        """What the picked kinds ask of their own, kind by kind."""
        return report_form_rules.group_questions(
            self.asked, self.questions_on(OWN), self.library.decision_questions
        )

    def is_open(self, group: report_form_rules.QuestionGroup) -> bool:
        """Whether all that it asks is in sight: what was answered or is wrong is never folded."""
        fields = [self.own[PREFIX + one.id] for one in group.questions]
        told = any(one.id in self.answers for one in group.questions)
        return not group.is_folded or told or any(field.errors for field in fields)

    def pick_named_service(self) -> None:
        """Pick the service that their words name, where it is asked in sight and not answered."""
        in_sight = {
            one.id for group in self.own_questions if not group.is_folded for one in group.questions
        }
        if PLATFORM_QUESTION not in in_sight:
            return
        field = self.own[PREFIX + PLATFORM_QUESTION]
        named = named_service(self.last[STORY].data or "", self.library.platforms)
        if named and not field.data and named.slug in {choice.value for choice in field.choices}:
            field.data = named.slug

    def next_page_number(self, there: int, *, here: int) -> int:
        """The page that comes: one without a question is passed over, in either direction."""
        if there == OWN and not self.questions_on(OWN):
            return LAST if here < OWN else URGENCY
        return there

    @property
    def questions(self) -> tuple[Question, ...]:
        """What is asked before the report is sent, in order. What other answers make pointless
        stays there until its page is sent: nothing disappears under somebody's finger."""
        return report_form_rules.urgency_questions(self.library, self.asked)

    @property
    def deferred_count(self) -> int:
        """How many questions wait in the mailbox."""
        return len(report_form_rules.deferred_questions(self.library, self.kinds))

    @property
    def is_draft(self) -> bool:
        """Whether what we say to this has not been read by anybody who has lived through it."""
        return report_form_rules.has_draft_playbook(self.library, self.kinds)

    @property
    def is_device_watched(self) -> bool:
        """Whether someone may read along on the device on which this is written."""
        return report_form_rules.is_device_watched(self.library, self.kinds)

    @cached_property
    def danger_signs(self) -> tuple[DangerSign, ...]:
        """What the words they typed, and what they answered, show of danger: help is offered at
        once, and it decides nothing."""
        shown = {*self.danger_signs_typed, *signs_in_answers(self.answers)}
        return tuple(sign for sign in DangerSign if sign in shown)

    @cached_property
    def danger_signs_typed(self) -> tuple[DangerSign, ...]:
        """What the words they typed show of danger."""
        return danger_detector().signs_in(self.last[STORY].data or "")

    @property
    def allows_action(self) -> bool:
        """Whether we may do more than read it and answer."""
        return ConsentKind.HELP in (self.last.consents.data or ())

    def hidden_fields(self, number: int) -> list[tuple[str, str]]:
        """What the other pages hold, as fields that travel along unseen."""
        others = [self.page(other) for other in PAGES if other != number]
        here = {field.name for field in self.page(number)}
        names = dict.fromkeys(field.name for page in others for field in page)
        return [
            (name, value)
            for name in names
            if name not in here
            for value in self.fields.getlist(name)
        ]

    def first_invalid_page(self) -> int | None:
        """The first page with something that must be put right before it can be sent."""
        faulty = [number for number in PAGES if not self.page(number).validate()]
        if LAST in faulty and {*self.first.errors} == {STORY}:
            faulty.remove(FIRST)  # the last page has the same words, and is where they were sent
        if not faulty and not self._says_something():
            self.last[STORY].errors = [
                _("Tell us in a few words what happened. One sentence is enough.")
            ]
            return LAST
        return faulty[0] if faulty else None

    def content(self) -> ReportContent:
        """What the report says, once it is sent."""
        consents = frozenset(ConsentKind(one) for one in self.last.consents.data or () if one)
        if self.platform is None:
            consents -= {ConsentKind.PLATFORM}
        return ReportContent(
            kinds=tuple(
                page.id
                for page in several_kinds_of_trouble.playbooks_of_kinds(self.library, self.kinds)
            ),
            answers=self.answers,
            story=_plain(self.last[STORY].data),
            contact={name: _plain(self.last[name].data) for name in CONTACT},
            consents=consents,
            platform=self.platform.slug if self.platform else None,
            language=self.language,
        )

    def given_answers(self) -> list[AnswerSummary]:
        """What was answered on the pages before the last, to be looked at before it is sent."""
        given = []
        if self.kinds:
            pages = several_kinds_of_trouble.playbooks_of_kinds(self.library, self.kinds)
            titles = tuple(str(page.title) for page in pages)
            given.append(AnswerSummary(self.first.what.label.text, titles, FIRST, "what"))
        for question in self.questions:
            if question.id in self.answers:
                number = URGENCY if PREFIX + question.id in self.urgency else OWN
                field = self.page(number)[PREFIX + question.id]
                words = report_form_rules.answer_in_words(question, self.answers[question.id])
                place = f"{field.id}-0" if question.kind.has_options else field.id
                given.append(AnswerSummary(field.label.text, words, number, place))
        return given

    @property
    def skipped_count(self) -> int:
        """How many questions were left without an answer."""
        pointless = report_form_rules.hidden_questions(self.library, self.asked, self.answers)
        left = {question.id for question in self.questions} - pointless
        return len(left - set(self.answers))

    def _says_something(self) -> bool:
        story = self.last[STORY].data or ""
        return report_form_rules.has_any_content(self.kinds, story, self.questions, self.answers)


def _plain(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n")
