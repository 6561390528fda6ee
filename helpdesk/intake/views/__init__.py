"""The public pages: the front, the report, the way back, and the mailbox."""

from helpdesk.intake.views import (
    conversations,
    deferred_questions,
    front_page,
    mailbox,
    receipts,
    reminders,
    reports,
    requests,
    return_code,
)
from helpdesk.intake.views.blueprint import bp

__all__ = [
    "bp",
    "conversations",
    "deferred_questions",
    "front_page",
    "mailbox",
    "receipts",
    "reminders",
    "reports",
    "requests",
    "return_code",
]
