"""Case and what hangs on it: words, consents, facts, evidence, clocks, who did what."""

from helpdesk.cases.models.case import Case, Closure, LevelColumn, SealedInCase
from helpdesk.cases.models.clock import ClockEvent, ClockTurn
from helpdesk.cases.models.closing_request import ClosingRequest
from helpdesk.cases.models.consent import Consent
from helpdesk.cases.models.contribution import Contribution, Part
from helpdesk.cases.models.conversation import Conversation, Way
from helpdesk.cases.models.evidence import Evidence
from helpdesk.cases.models.fact import Fact
from helpdesk.cases.models.level_request import LevelRequest
from helpdesk.cases.models.message import Message, Note
from helpdesk.cases.models.news import News

__all__ = [
    "Case",
    "ClockEvent",
    "ClockTurn",
    "ClosingRequest",
    "Closure",
    "Consent",
    "Contribution",
    "Conversation",
    "Evidence",
    "Fact",
    "LevelColumn",
    "LevelRequest",
    "Message",
    "News",
    "Note",
    "Part",
    "SealedInCase",
    "Way",
]
