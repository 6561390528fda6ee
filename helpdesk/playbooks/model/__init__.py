"""What a written page says, once read: frozen, resolved, and the same for everyone who holds it."""

from helpdesk.playbooks.model.ends import End, EndKind, EscalationPlan, EvidenceItem
from helpdesk.playbooks.model.playbook import Citation, NotFor, Playbook, Readiness, Review, Tag
from helpdesk.playbooks.model.questions import (
    Advice,
    AtStake,
    DataSensitivity,
    Option,
    Question,
    QuestionKind,
    RedFlag,
    Setting,
)
from helpdesk.playbooks.model.steps import (
    NOTE,
    FactFrom,
    FactSetting,
    Phase,
    RepeatAfter,
    Step,
    StepOutcome,
    Who,
)
from helpdesk.playbooks.model.texts import Text, texts_in

__all__ = [
    "NOTE",
    "Advice",
    "AtStake",
    "Citation",
    "DataSensitivity",
    "End",
    "EndKind",
    "EscalationPlan",
    "EvidenceItem",
    "FactFrom",
    "FactSetting",
    "NotFor",
    "Option",
    "Phase",
    "Playbook",
    "Question",
    "QuestionKind",
    "Readiness",
    "RedFlag",
    "RepeatAfter",
    "Review",
    "Setting",
    "Step",
    "StepOutcome",
    "Tag",
    "Text",
    "Who",
    "texts_in",
]
