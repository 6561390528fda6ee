"""Questions about the organisation of whoever reports, and its cause: asked late and never
needed."""

from helpdesk.playbooks.conditions import UNTOLD, Context
from helpdesk.playbooks.library import Library
from helpdesk.playbooks.model import AnswerOption, DataSensitivity, Question, QuestionKind, Text

ORGANISATION = "organisation"
CAUSE = "organisation_cause"
# The one taxonomy that says what an organisation works on; no page about trouble may use it.
TAXONOMY = "accessnow"


def organisation_questions(library: Library) -> tuple[Question, ...]:
    """The questions about the organisation, which a responder may answer when the person tells
    them."""
    named = library.question(ORGANISATION)
    return (*((named,) if named else ()), _cause(library))


def organisation_tags(known: Context) -> tuple[str, ...]:
    """The machine tags of an organisation, such as accessnow:human-rights. They stand beside no
    incident's tags."""
    causes = known.get(CAUSE) or ()
    told = (causes,) if isinstance(causes, str) else causes
    return tuple(f"{TAXONOMY}:{cause}" for cause in told if cause not in UNTOLD)


def _cause(library: Library) -> Question:
    home = f"vocab.{CAUSE}"
    return Question(
        id=CAUSE,
        ask=Text(f"{home}.ask", "What does the organisation work on?"),
        hint=Text(f"{home}.hint", "Only if they have told you and it helps. It is encrypted."),
        kind=QuestionKind.MANY_OF,
        options=tuple(AnswerOption(one.slug, one.name) for one in library.causes),
        sensitivity=DataSensitivity.DANGER,
    )
