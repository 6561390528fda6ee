"""Addresses of what is done to a case; the pages that show one are the duty feature's."""

from helpdesk.cases.views import actions, assignments, conversations, words
from helpdesk.cases.views.blueprint import bp

__all__ = ["actions", "assignments", "bp", "conversations", "words"]
