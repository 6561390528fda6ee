"""Addresses of the staff's own pages: board, queues, the case and its playbooks, approvals."""

from helpdesk.duty.views import (
    approvals,
    board,
    cases,
    consents,
    drill_emails,
    edition_moves,
    news,
    offboarding,
    pausing,
    queues,
    requests,
    runs,
    steps_establishing_facts,
    suggested_messages,
)
from helpdesk.duty.views.blueprint import bp, runs_bp

__all__ = [
    "approvals",
    "board",
    "bp",
    "cases",
    "consents",
    "drill_emails",
    "edition_moves",
    "news",
    "offboarding",
    "pausing",
    "queues",
    "requests",
    "runs",
    "runs_bp",
    "steps_establishing_facts",
    "suggested_messages",
]
