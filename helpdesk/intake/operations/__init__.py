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
from helpdesk.intake.operations.submission import ReportKeys, SubmissionResult, submit_report
from helpdesk.intake.operations.verdicts import deny_verdict, give_verdict
from helpdesk.intake.operations.withdrawal import withdraw_case

__all__ = [
    "Agreement",
    "ReportKeys",
    "SubmissionResult",
    "answer_questions",
    "close_mailbox",
    "confirm_consent",
    "deny_consent",
    "deny_verdict",
    "dispute_conversation",
    "find_mailbox_session",
    "give_verdict",
    "open_mailbox",
    "set_consents",
    "submit_report",
    "withdraw_case",
    "write_message",
]
