"""Rules of the report form: which kinds can be picked, what is asked then, what it tells in the
end."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil
from typing import Final

from helpdesk.cases.levels import Level
from helpdesk.cases.states import ConsentKind
from helpdesk.playbooks import several_kinds_of_trouble
from helpdesk.playbooks.answer_evaluation import applicable_questions, drop_hidden_answers
from helpdesk.playbooks.conditions import Context, Value, names_in
from helpdesk.playbooks.library import PLATFORM_QUESTION, Library
from helpdesk.playbooks.model import Playbook, PlaybookReadiness, Question, Text
from helpdesk.playbooks.several_kinds_of_trouble import SOMETHING_ELSE

STORY = "story"
CONTACT = ("safe_channel", "safe_times", "never_contact")

# About so many kinds of trouble everything is asked that can change the level. What a further one
# would ask is left for later where the pages get longer than this, in lines of questions and
# options: a slow line has to carry them.
ALWAYS_ASKED: Final = 3
LONGEST_PAGE: Final = 170
# So many rows stand open on a page, a little over three screens of a telephone; what several kinds
# ask after that is folded away, each kind's under its name. For every two kinds all that can make a
# case most urgent, and the service, fits in it but for ten rows.
OPEN_ROWS: Final = 46
# What a row of a telephone holds: letters of a question, and of its answers side by side, each with
# the room of some letters around it.
LETTERS_OF_QUESTION: Final = 32
LETTERS_OF_ANSWERS: Final = 38
AROUND_AN_ANSWER: Final = 7
# More answers than this fill a telephone's screen by themselves.
LONGEST_LIST: Final = 12
# What stands in a library stays as it is. People tick what they like: not every choice is kept.
KEPT: Final = 200


@dataclass(frozen=True)
class ReportContent:
    """The content of a report form, without the answers that other answers made pointless."""

    kinds: tuple[str, ...]
    answers: Mapping[str, Value] = field(default_factory=dict)
    story: str = ""
    contact: Mapping[str, str] = field(default_factory=dict)
    consents: frozenset[ConsentKind] = frozenset()
    platform: str | None = None
    language: str = "en"


@dataclass(frozen=True)
class KindHeading:
    """A heading on the first page and its kinds of trouble. The last heading, over the rest, has no
    words."""

    id: str
    title: Text | None
    pages: tuple[Playbook, ...]


def kinds_by_heading(library: Library) -> tuple[KindHeading, ...]:
    """The kinds of trouble on the first page, under plain headings; all but "something else"."""
    left = {page.id: page for page in library.playbooks if _is_offered(page)}
    left.pop(SOMETHING_ELSE, None)
    found = []
    for group in library.collection.groups:
        pages = tuple(left.pop(name) for name in group.playbooks if name in left)
        found.append(KindHeading(group.id, group.title, pages))
    found.append(KindHeading("others", None, tuple(left.values())))
    return tuple(heading for heading in found if heading.pages)


@lru_cache(maxsize=KEPT)
def incident_kinds(library: Library) -> tuple[Playbook, ...]:
    """All kinds of trouble that can be picked, in the order of the page; "something else" comes
    last."""
    named = [page for heading in kinds_by_heading(library) for page in heading.pages]
    return (*named, *several_kinds_of_trouble.playbooks_of_kinds(library, [SOMETHING_ELSE]))


def selected_kinds(library: Library, kinds: Iterable[str]) -> tuple[str, ...]:
    """The kinds that were ticked and are on offer, in the order of the page."""
    ticked = set(kinds)
    return tuple(page.id for page in incident_kinds(library) if page.id in ticked)


def playbooks_to_ask(library: Library, kinds: Iterable[str]) -> tuple[Playbook, ...]:
    """The playbooks whose questions are asked: all that were picked, as long as that is bearable.

    Those come first whose answers can make a case most urgent, and three always are asked
    about. What a further one would have asked, a responder is told to ask. Whoever picked nothing
    is asked what "something else" asks.
    """
    pages: tuple[Playbook, ...] = ()
    for page in sorted(
        several_kinds_of_trouble.playbooks_of_kinds(library, kinds), key=_floors, reverse=True
    ):
        longer = (*pages, page)
        if len(pages) >= ALWAYS_ASKED and _lines(urgency_questions(library, longer)) > LONGEST_PAGE:
            break
        pages = longer
    return pages


def urgency_questions(library: Library, pages: Iterable[Playbook]) -> tuple[Question, ...]:
    """The urgency questions of the second page: danger first, then what of these kinds' own can
    change the level.

    The platform is among them: who it is decides what a person can agree to before they send.
    """
    return _before_sending(library, tuple(page.id for page in pages))


@dataclass(frozen=True)
class QuestionGroup:
    """Questions that one kind of trouble asks of its own, and whether they are folded away at
    first."""

    title: Text
    questions: tuple[Question, ...]
    is_folded: bool


def group_questions(
    pages: Iterable[Playbook], asked: Iterable[Question], points: Collection[str]
) -> tuple[QuestionGroup, ...]:
    """Group questions by the kind that asks them, the first of those that share one: what is in
    sight, and then what is folded away, kind by kind.

    All that one kind asks is in sight. Of several, whatever can make a case most urgent is, and the
    service, on which depends what can be agreed to; of the rest as much as there is room for.
    `points` are the questions that the decision table asks.
    """
    own = _own_questions(pages, asked)
    in_sight = _questions_in_sight(own, points)
    groups = (
        QuestionGroup(
            page.title,
            tuple(one for one in asks if (one.id in in_sight) is not is_folded),
            is_folded,
        )
        for is_folded in (False, True)
        for page, asks in own
    )
    return tuple(group for group in groups if group.questions)


def _own_questions(
    pages: Iterable[Playbook], asked: Iterable[Question]
) -> list[tuple[Playbook, list[Question]]]:
    left = {question.id: question for question in asked}
    own = []
    for page in pages:
        names = {one.id for one in page.questions}
        asks = [left.pop(name) for name in tuple(left) if name in names]
        if asks:
            own.append((page, asks))
    return own


def _questions_in_sight(
    own: Collection[tuple[Playbook, list[Question]]], points: Collection[str]
) -> set[str]:
    all_asked = [one for _, asks in own for one in asks]
    if len(own) == 1:
        return {one.id for one in all_asked}
    always = {
        one.id
        for page, asks in own
        for one in asks
        if one.id == PLATFORM_QUESTION or can_make_most_urgent(page, one, points)
    }
    rows = sum(estimate_rows(one) for one in all_asked if one.id in always)
    in_sight = set(always)
    for one in (one for one in all_asked if one.id not in always):
        rows += estimate_rows(one)
        if rows > OPEN_ROWS:
            break
        in_sight.add(one.id)
    return in_sight


def can_make_most_urgent(page: Playbook, question: Question, points: Collection[str]) -> bool:
    """Whether an answer to one of a kind's questions can make a case most urgent: by a red flag, or
    because it answers one of the questions that the decision table asks."""
    return _means(question, points) or any(
        flag.floor is Level.IMMEDIATE and question.id in names_in(flag.when)
        for flag in page.red_flags
    )


def deferred_questions(
    library: Library, kinds: Iterable[str], *, reported: Iterable[str] = ()
) -> tuple[Question, ...]:
    """The questions that the report did not ask: asked in the mailbox, at the person's pace.

    `reported` are the kinds that the report was about: a colleague may have added others since.
    Without them, it was about these.
    """
    kinds = tuple(kinds)
    told_of = playbooks_to_ask(library, tuple(reported) or kinds)
    asked = {one.id for one in urgency_questions(library, told_of)}
    later = several_kinds_of_trouble.merged_questions(
        library, several_kinds_of_trouble.playbooks_of_kinds(library, kinds)
    )
    return tuple(one for one in later if one.id not in {*asked, STORY, *CONTACT})


def has_draft_playbook(library: Library, kinds: Iterable[str]) -> bool:
    """Whether one of these playbooks is a draft: nobody who has lived through it has read it."""
    pages = several_kinds_of_trouble.playbooks_of_kinds(library, kinds)
    return any(page.status is PlaybookReadiness.DRAFT for page in pages)


def is_device_watched(library: Library, kinds: Iterable[str]) -> bool:
    """Whether someone may read along on the device of who reports one of these kinds of trouble."""
    pages = several_kinds_of_trouble.playbooks_of_kinds(library, kinds)
    return any(page.device_may_be_watched for page in pages)


def has_collapsed_options(question: Question) -> bool:
    """Whether a question's options are folded away until somebody wants to pick one."""
    return len(question.options) > LONGEST_LIST


def hidden_questions(
    library: Library, pages: Iterable[Playbook], answers: Context
) -> frozenset[str]:
    """The questions that are hidden, because answers on a page before made them pointless."""
    all_of_them = urgency_questions(library, pages)
    still_asked = {one.id for one in applicable_questions(all_of_them, answers)}
    return frozenset({one.id for one in all_of_them} - still_asked)


def drop_unasked_answers(
    library: Library, pages: Iterable[Playbook], answers: Context
) -> dict[str, Value]:
    """Drop the answers to questions that this report does not ask."""
    return drop_hidden_answers(urgency_questions(library, pages), answers)


def answer_in_words(question: Question, value: Value) -> tuple[str, ...]:
    """An answer in words, as the person sees it again."""
    told = (value,) if isinstance(value, str) else tuple(value or ())
    options = {option.id: str(option.label) for option in question.options}
    return tuple(options.get(one, one) for one in told)


def option_hints(question: Question) -> dict[str, Text]:
    """The hints under the options that need one."""
    return {option.id: option.hint for option in question.options if option.hint}


def has_any_content(
    kinds: Iterable[str], story: str, questions: Iterable[Question], answers: Context
) -> bool:
    """Whether a report has any content: a kind that has a name, or some words."""
    words = (answers.get(one.id) for one in questions if not one.kind.has_options)
    return bool({*kinds} - {SOMETHING_ELSE}) or bool(story) or any(words)


@lru_cache(maxsize=KEPT)
def _before_sending(library: Library, kinds: tuple[str, ...]) -> tuple[Question, ...]:
    pages = several_kinds_of_trouble.playbooks_of_kinds(library, kinds)
    asked = several_kinds_of_trouble.merged_questions(library, pages)
    points = set(library.decision_questions)
    decide = points | {PLATFORM_QUESTION} | {one.id for one in asked if _means(one, points)}
    floors = (flag for page in pages for flag in page.red_flags if flag.floor is not None)
    decide.update(name for flag in floors for name in names_in(flag.when))
    return tuple(one for one in asked if one.id in decide)


def _is_offered(page: Playbook) -> bool:
    return page.status is not PlaybookReadiness.RETIRED


def _means(question: Question, points: Collection[str]) -> bool:
    """Whether an answer says something about a decision point, without being one."""
    return any(setting.name in points for option in question.options for setting in option.sets)


def _floors(page: Playbook) -> list[int]:
    """The levels that its red flags can set, the highest first: what to compare pages by."""
    return sorted((flag.floor.rank for flag in page.red_flags if flag.floor), reverse=True)


def estimate_rows(question: Question) -> float:
    """Estimate the rows of answers, 45 px each on a telephone of 360 px, that a question takes with
    its answers before anything is unfolded. Measured on all pairs of kinds: within 3 rows a page.
    """
    words = ceil(len(str(question.ask)) / LETTERS_OF_QUESTION)
    words += ceil(len(str(question.hint or "")) / LETTERS_OF_ANSWERS)
    return 0.5 + 0.4 * words + _rows_of_answers(question)


def _rows_of_answers(question: Question) -> float:
    if has_collapsed_options(question):
        return 1
    rows, used = 1.0, 0
    for option in question.options:
        wide = len(str(option.label)) + AROUND_AN_ANSWER
        if used and used + wide > LETTERS_OF_ANSWERS:
            rows, used = rows + 1, 0
        used += wide
        rows += 0.4 * (ceil(wide / LETTERS_OF_ANSWERS) - 1)
    return rows


def _lines(asked: Iterable[Question]) -> int:
    return sum(2 + len(question.options) for question in asked)
