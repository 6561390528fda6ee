"""Addresses: writing and following a request on our side, and answering it on the partner's."""

from helpdesk.escalations.views import (
    drafts,
    partner_choice,
    partner_desk,
    partner_email_address,
    partner_exports,
    requests,
)
from helpdesk.escalations.views.blueprints import bp, partner_bp

__all__ = [
    "bp",
    "drafts",
    "partner_bp",
    "partner_choice",
    "partner_desk",
    "partner_email_address",
    "partner_exports",
    "requests",
]
