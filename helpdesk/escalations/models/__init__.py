"""Models of requests to partners: escalation, delivery and its attempts, follow-ups, messages,
decision and verdict."""

from helpdesk.escalations.models.delivery import Delivery, DeliveryAttempt
from helpdesk.escalations.models.escalation import (
    IS_ANSWER_TO_PASS_ON,
    IS_TO_BE_FILLED_IN,
    Escalation,
)
from helpdesk.escalations.models.follow_up import RequestFollowUp
from helpdesk.escalations.models.responses import PartnerDecision, PartnerMessage, RecordedVerdict

__all__ = [
    "IS_ANSWER_TO_PASS_ON",
    "IS_TO_BE_FILLED_IN",
    "Delivery",
    "DeliveryAttempt",
    "Escalation",
    "PartnerDecision",
    "PartnerMessage",
    "RecordedVerdict",
    "RequestFollowUp",
]
