"""Addresses: writing and following a request on our side, and answering it on the partner's."""

from helpdesk.escalations.views import drafts, inbox, mailboxes, requests
from helpdesk.escalations.views.blueprints import bp, partner_bp

__all__ = ["bp", "drafts", "inbox", "mailboxes", "partner_bp", "requests"]
