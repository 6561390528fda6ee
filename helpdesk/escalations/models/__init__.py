"""Models of requests to partners: escalation, delivery and its attempts, follow-ups, links,
messages, decision and verdict."""

from helpdesk.escalations.models.delivery import Delivery, DeliveryAttempt
from helpdesk.escalations.models.escalation import (
    IS_ANSWER_TO_PASS_ON,
    IS_OURS_TO_SEND,
    Escalation,
)
from helpdesk.escalations.models.follow_up import PartnerCall, RequestFollowUp
from helpdesk.escalations.models.partner_link import PartnerLink, PartnerLinkVisit
from helpdesk.escalations.models.responses import PartnerDecision, PartnerMessage, RecordedVerdict

__all__ = [
    "IS_ANSWER_TO_PASS_ON",
    "IS_OURS_TO_SEND",
    "Delivery",
    "DeliveryAttempt",
    "Escalation",
    "PartnerCall",
    "PartnerDecision",
    "PartnerLink",
    "PartnerLinkVisit",
    "PartnerMessage",
    "RecordedVerdict",
    "RequestFollowUp",
]
