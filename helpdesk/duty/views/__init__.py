"""Addresses of the staff's own pages: board, queues, the case and its playbooks, approvals."""

from helpdesk.duty.views import (
    approvals,
    board,
    cases,
    consents,
    editions,
    emails,
    finding_out,
    leaving,
    news,
    queues,
    runs,
    waiting,
    words,
)
from helpdesk.duty.views.blueprint import bp, runs_bp

__all__ = [
    "approvals",
    "board",
    "bp",
    "cases",
    "consents",
    "editions",
    "emails",
    "finding_out",
    "leaving",
    "news",
    "queues",
    "runs",
    "runs_bp",
    "waiting",
    "words",
]
