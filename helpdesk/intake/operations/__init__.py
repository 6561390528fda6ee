"""Operations of reporters at the public door; one function per sentence."""

from helpdesk.intake.operations.consents import (
    confirm_consent,
    dispute_consent,
    refuse_partner,
    set_consents,
)
from helpdesk.intake.operations.conversation_disputes import dispute_conversation
from helpdesk.intake.operations.mailbox_sessions import (
    close_mailbox,
    find_mailbox_session,
    open_mailbox,
)
from helpdesk.intake.operations.messages import (
    record_deferred_answers,
    report_danger,
    send_message_as_reporter,
)
from helpdesk.intake.operations.reminders import (
    ReminderAppearance,
    ask_for_reminders,
    confirm_reminders,
    end_reminders,
    end_reminders_by_link,
    own_reminder_overview,
)
from helpdesk.intake.operations.submission import ReportLookupKeys, SubmissionResult, submit_report
from helpdesk.intake.operations.verdicts import dispute_verdict, record_own_verdict
from helpdesk.intake.operations.withdrawal import withdraw_case

__all__ = [
    "ReminderAppearance",
    "ReportLookupKeys",
    "SubmissionResult",
    "ask_for_reminders",
    "close_mailbox",
    "confirm_consent",
    "confirm_reminders",
    "dispute_consent",
    "dispute_conversation",
    "dispute_verdict",
    "end_reminders",
    "end_reminders_by_link",
    "find_mailbox_session",
    "open_mailbox",
    "own_reminder_overview",
    "record_deferred_answers",
    "record_own_verdict",
    "refuse_partner",
    "report_danger",
    "send_message_as_reporter",
    "set_consents",
    "submit_report",
    "withdraw_case",
]
