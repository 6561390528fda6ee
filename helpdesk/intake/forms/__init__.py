"""What people fill in: the four pages of a report, and the small forms of the mailbox."""

from helpdesk.intake.forms.consents import (
    PLAIN_AGREEMENTS,
    ConsentsForm,
    explain_consequences,
    label_of,
)
from helpdesk.intake.forms.deferred_questions import (
    answers_as_message,
    deferred_questions_form,
    list_deferred_questions,
)
from helpdesk.intake.forms.mailbox import ReporterMessageForm, ReporterVerdictForm, ReturnForm
from helpdesk.intake.forms.questions import PREFIX, answers_from_form
from helpdesk.intake.forms.reminders import ReminderCodeForm, RemindersForm
from helpdesk.intake.forms.report_form import FIRST, LAST, OWN, PAGES, URGENCY, ReportFormSteps

__all__ = [
    "FIRST",
    "LAST",
    "OWN",
    "PAGES",
    "PLAIN_AGREEMENTS",
    "PREFIX",
    "URGENCY",
    "ConsentsForm",
    "ReminderCodeForm",
    "RemindersForm",
    "ReportFormSteps",
    "ReporterMessageForm",
    "ReporterVerdictForm",
    "ReturnForm",
    "answers_as_message",
    "answers_from_form",
    "deferred_questions_form",
    "explain_consequences",
    "label_of",
    "list_deferred_questions",
]
