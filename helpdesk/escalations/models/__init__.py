"""Escalation, Delivery, Attempt, Exchange, Decision and Verification."""

from helpdesk.escalations.models.delivery import Attempt, Delivery
from helpdesk.escalations.models.escalation import Escalation
from helpdesk.escalations.models.responses import Decision, Exchange, RecordedVerdict

__all__ = ["Attempt", "Decision", "Delivery", "Escalation", "Exchange", "RecordedVerdict"]
