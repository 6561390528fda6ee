"""Case and what hangs on it: words, consents, facts, evidence, clocks, who did what."""

from helpdesk.cases.models.case import Case, Closure, LevelColumn, SealedCaseRecord
from helpdesk.cases.models.clock import ClockAction, ClockEvent
from helpdesk.cases.models.consent import Agreement, Consent
from helpdesk.cases.models.contribution import Contribution, ContributionKind
from helpdesk.cases.models.conversation import ConversationChannel, LoggedConversation
from helpdesk.cases.models.evidence import Evidence
from helpdesk.cases.models.fact import Fact
from helpdesk.cases.models.lower_level_request import LowerLevelRequest
from helpdesk.cases.models.message import Message, Note
from helpdesk.cases.models.news import News
from helpdesk.cases.models.urgent_closing_request import UrgentClosingRequest

__all__ = [
    "Agreement",
    "Case",
    "ClockAction",
    "ClockEvent",
    "Closure",
    "Consent",
    "Contribution",
    "ContributionKind",
    "ConversationChannel",
    "Evidence",
    "Fact",
    "LevelColumn",
    "LoggedConversation",
    "LowerLevelRequest",
    "Message",
    "News",
    "Note",
    "SealedCaseRecord",
    "UrgentClosingRequest",
]
