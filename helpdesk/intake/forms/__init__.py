"""What people fill in: the four pages of a report, and the small forms of the mailbox."""

from helpdesk.intake.forms.agreements import (
    PLAIN_AGREEMENTS,
    ConsentsForm,
    consequences,
    label_of,
)
from helpdesk.intake.forms.later import as_message, later_form, later_questions
from helpdesk.intake.forms.mailbox import ReporterMessageForm, ReporterVerdictForm, ReturnForm
from helpdesk.intake.forms.questions import PREFIX
from helpdesk.intake.forms.report_form import FIRST, LAST, OWN, PAGES, URGENCY, ReportForm

__all__ = [
    "FIRST",
    "LAST",
    "OWN",
    "PAGES",
    "PLAIN_AGREEMENTS",
    "PREFIX",
    "URGENCY",
    "ConsentsForm",
    "ReportForm",
    "ReporterMessageForm",
    "ReporterVerdictForm",
    "ReturnForm",
    "as_message",
    "consequences",
    "label_of",
    "later_form",
    "later_questions",
]
