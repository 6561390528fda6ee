"""What can happen at the public door; one function per sentence."""

from helpdesk.intake.operations.consents import (
    Agreement,
    confirm_consent,
    deny_consent,
    set_consents,
)
from helpdesk.intake.operations.conversations import dispute_conversation
from helpdesk.intake.operations.mailbox_sessions import (
    close_mailbox,
    find_mailbox_session,
    open_mailbox,
)
from helpdesk.intake.operations.messages import answer_questions, write_message
from helpdesk.intake.operations.reminders import (
    ReminderWording,
    ask_for_reminders,
    confirm_reminders,
    end_reminders,
    find_reminders,
    stop_reminders,
)
from helpdesk.intake.operations.submission import ReportKeys, SubmissionResult, submit_report
from helpdesk.intake.operations.verdicts import deny_verdict, give_verdict
from helpdesk.intake.operations.withdrawal import withdraw_case

__all__ = [
    "Agreement",
    "ReminderWording",
    "ReportKeys",
    "SubmissionResult",
    "answer_questions",
    "ask_for_reminders",
    "close_mailbox",
    "confirm_consent",
    "confirm_reminders",
    "deny_consent",
    "deny_verdict",
    "dispute_conversation",
    "end_reminders",
    "find_mailbox_session",
    "find_reminders",
    "give_verdict",
    "open_mailbox",
    "set_consents",
    "stop_reminders",
    "submit_report",
    "withdraw_case",
    "write_message",
]
