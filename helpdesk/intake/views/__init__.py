"""The public pages: the front, the report, the way back, and the mailbox."""

from helpdesk.intake.views import (
    conversations,
    front,
    later,
    mailbox,
    receipts,
    reports,
    requests,
    return_code,
)
from helpdesk.intake.views.blueprint import bp

__all__ = [
    "bp",
    "conversations",
    "front",
    "later",
    "mailbox",
    "receipts",
    "reports",
    "requests",
    "return_code",
]
