"""What a written page says, once read: frozen, resolved, and the same for everyone who holds it."""

from helpdesk.playbooks.pages.outcomes import End, EndKind, EscalationPlan, Evidence
from helpdesk.playbooks.pages.page import Citation, NotFor, Playbook, Readiness, Review, Tag
from helpdesk.playbooks.pages.questions import (
    Advice,
    Option,
    Question,
    QuestionKind,
    RedFlag,
    Sensitivity,
    Setting,
)
from helpdesk.playbooks.pages.steps import (
    NOTE,
    Again,
    FactFrom,
    FactSetting,
    Outcome,
    Phase,
    Step,
    Who,
)
from helpdesk.playbooks.pages.texts import Text, texts_in

__all__ = [
    "NOTE",
    "Advice",
    "Again",
    "Citation",
    "End",
    "EndKind",
    "EscalationPlan",
    "Evidence",
    "FactFrom",
    "FactSetting",
    "NotFor",
    "Option",
    "Outcome",
    "Phase",
    "Playbook",
    "Question",
    "QuestionKind",
    "Readiness",
    "RedFlag",
    "Review",
    "Sensitivity",
    "Setting",
    "Step",
    "Tag",
    "Text",
    "Who",
    "texts_in",
]
