"""Addresses of what is done to a case; the pages that show one are the duty feature's."""

from helpdesk.cases.views import assignments, conversations, messages, reopening_and_consents
from helpdesk.cases.views.blueprint import bp

__all__ = ["assignments", "bp", "conversations", "messages", "reopening_and_consents"]
