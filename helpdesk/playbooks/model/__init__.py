"""The model of a playbook, once read: frozen, resolved, and the same for everyone who holds it."""

from helpdesk.playbooks.model.evidence_and_ends import (
    EscalationPlan,
    EvidenceItem,
    RunEnd,
    RunEndKind,
)
from helpdesk.playbooks.model.playbook import (
    BetterFittingPlaybook,
    Citation,
    MachineTag,
    Playbook,
    PlaybookReadiness,
    PlaybookReview,
)
from helpdesk.playbooks.model.questions import (
    Advice,
    AnswerOption,
    DataSensitivity,
    LossIfLate,
    NamedValue,
    Question,
    QuestionKind,
    RedFlag,
    UrgentHelpSection,
)
from helpdesk.playbooks.model.steps import (
    NOTE,
    REQUEST_SENT,
    FactSetting,
    FactSource,
    RepeatAfter,
    Step,
    StepOutcome,
    StepPerformer,
    StepPhase,
)
from helpdesk.playbooks.model.texts import Text, texts_in

__all__ = [
    "NOTE",
    "REQUEST_SENT",
    "Advice",
    "AnswerOption",
    "BetterFittingPlaybook",
    "Citation",
    "DataSensitivity",
    "EscalationPlan",
    "EvidenceItem",
    "FactSetting",
    "FactSource",
    "LossIfLate",
    "MachineTag",
    "NamedValue",
    "Playbook",
    "PlaybookReadiness",
    "PlaybookReview",
    "Question",
    "QuestionKind",
    "RedFlag",
    "RepeatAfter",
    "RunEnd",
    "RunEndKind",
    "Step",
    "StepOutcome",
    "StepPerformer",
    "StepPhase",
    "Text",
    "UrgentHelpSection",
    "texts_in",
]
