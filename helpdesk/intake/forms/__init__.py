"""What people fill in: the three pages of a report, and the small forms of the mailbox."""

from helpdesk.intake.forms.agreements import (
    PLAIN_AGREEMENTS,
    ConsentsForm,
    consequences,
    label_of,
)
from helpdesk.intake.forms.mailbox import MessageForm, ReturnForm, VerdictForm
from helpdesk.intake.forms.paper import FIRST, LAST, PAGES, Paper
from helpdesk.intake.forms.questions import PREFIX

__all__ = [
    "FIRST",
    "LAST",
    "PAGES",
    "PLAIN_AGREEMENTS",
    "PREFIX",
    "ConsentsForm",
    "MessageForm",
    "Paper",
    "ReturnForm",
    "VerdictForm",
    "consequences",
    "label_of",
]
