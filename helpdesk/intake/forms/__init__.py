"""Forms of intake: the four pages of a report, and the small forms of the mailbox."""

from helpdesk.intake.forms.consents import (
    PLAIN_AGREEMENTS,
    ConsentsForm,
    NamedPartner,
    consent_label,
    explain_consequences,
)
from helpdesk.intake.forms.deferred_questions import (
    answers_as_message,
    deferred_questions_form,
    list_deferred_questions,
)
from helpdesk.intake.forms.mailbox import ReporterMessageForm, ReporterVerdictForm, ReturnCodeForm
from helpdesk.intake.forms.questions import PREFIX, answers_from_form
from helpdesk.intake.forms.reminders import ReminderCodeForm, RemindersForm
from helpdesk.intake.forms.report_form import FIRST, LAST, OWN, PAGES, URGENCY, ReportFormSteps
from helpdesk.intake.forms.report_steps import first_step_form

__all__ = [
    "FIRST",
    "LAST",
    "OWN",
    "PAGES",
    "PLAIN_AGREEMENTS",
    "PREFIX",
    "URGENCY",
    "ConsentsForm",
    "NamedPartner",
    "ReminderCodeForm",
    "RemindersForm",
    "ReportFormSteps",
    "ReporterMessageForm",
    "ReporterVerdictForm",
    "ReturnCodeForm",
    "answers_as_message",
    "answers_from_form",
    "consent_label",
    "deferred_questions_form",
    "explain_consequences",
    "first_step_form",
    "list_deferred_questions",
]
