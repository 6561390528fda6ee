"""Addresses: writing and following a request on our side, and answering it on the partner's."""

from helpdesk.escalations.views import drafts, mailboxes, partner_desk, partner_exports, requests
from helpdesk.escalations.views.blueprints import bp, partner_bp

__all__ = [
    "bp",
    "drafts",
    "mailboxes",
    "partner_bp",
    "partner_desk",
    "partner_exports",
    "requests",
]
