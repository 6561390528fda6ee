"""Escalation, Delivery, Attempt, Exchange, Decision and Verification."""

from helpdesk.escalations.models.answer import Decision, Exchange, Verification
from helpdesk.escalations.models.delivery import Attempt, Delivery
from helpdesk.escalations.models.escalation import Escalation

__all__ = ["Attempt", "Decision", "Delivery", "Escalation", "Exchange", "Verification"]
