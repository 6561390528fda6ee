"""A report being filled in: which questions stand on which page, and what it tells in the end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from helpdesk.cases.status import ConsentKind
from helpdesk.playbooks.answers import asked, without_hidden
from helpdesk.playbooks.conditions import Known, Value
from helpdesk.playbooks.library import Library
from helpdesk.playbooks.pages import Playbook, Question

SOMETHING_ELSE = "something-else"

STORY = "story"
CONTACT = ("safe_channel", "safe_times", "never_contact")


@dataclass(frozen=True)
class Told:
    """What somebody told us, without the answers that other answers made pointless."""

    incident_type: str
    answers: Mapping[str, Value] = field(default_factory=dict)
    story: str = ""
    contact: Mapping[str, str] = field(default_factory=dict)
    consents: frozenset[ConsentKind] = frozenset()
    platform: str | None = None
    language: str = "en"


def kinds_of_trouble(library: Library) -> tuple[Playbook, ...]:
    """What can be picked on the first page; "something else" is always there, and always last."""
    return tuple(sorted(library.playbooks, key=lambda page: page.id == SOMETHING_ELSE))


def playbook_for(library: Library, kind: str) -> Playbook:
    """The page of that kind. Whoever picked nothing is asked what "something else" asks."""
    chosen = library.playbook(kind) or library.playbook(SOMETHING_ELSE)
    if chosen is None:
        raise LookupError("The playbooks have no page for something else.")
    return chosen


def opening_questions(library: Library) -> tuple[Question, ...]:
    """The decision questions, danger first, in the words that fit every kind of trouble."""
    shared = (library.question(point.id) for point in library.table.points)
    return tuple(question for question in shared if question is not None)


def own_questions(library: Library, kind: str) -> tuple[Question, ...]:
    """What only this kind of trouble asks."""
    opening = {question.id for question in opening_questions(library)}
    playbook = playbook_for(library, kind)
    return tuple(question for question in playbook.questions if question.id not in opening)


def left_out(library: Library, kind: str, opening: Known) -> frozenset[str]:
    """The questions of the second page that the answers on the first have made pointless."""
    own = own_questions(library, kind)
    standing = asked((*opening_questions(library), *own), opening)
    return frozenset({one.id for one in own} - {one.id for one in standing})


def standing_answers(library: Library, kind: str, answers: Known) -> dict[str, Value]:
    """The answers, without those to questions that this report does not ask."""
    return without_hidden(playbook_for(library, kind).questions, answers)


def in_words(question: Question, value: Value) -> str:
    """An answer as the person sees it again."""
    told = (value,) if isinstance(value, str) else tuple(value or ())
    options = {option.id: str(option.label) for option in question.options}
    return "; ".join(options.get(one, one) for one in told)


def hints_of(question: Question) -> dict[str, str]:
    """What is said under the options that need it."""
    return {option.id: str(option.hint) for option in question.options if option.hint}


def says_something(kind: str, story: str, questions: Iterable[Question], answers: Known) -> bool:
    """Whether there is one way to understand the trouble: a kind that has a name, or some words."""
    words = (answers.get(one.id) for one in questions if not one.kind.has_options)
    return kind not in ("", SOMETHING_ELSE) or bool(story) or any(words)
