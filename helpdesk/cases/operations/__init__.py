"""What can happen to a case; one function per sentence."""

from helpdesk.cases.operations.assignments import (
    claim,
    claim_next,
    claim_next_of_second_lane,
    hand_over,
    release,
)
from helpdesk.cases.operations.closures import close, close_agreed, reopen
from helpdesk.cases.operations.consents import (
    confirm_consent,
    give_consent,
    record_consent,
    require_deniable,
    withdraw_consent,
)
from helpdesk.cases.operations.conversations import record_conversation
from helpdesk.cases.operations.messages import add_note, mark_no_reply_needed, send_message
from helpdesk.cases.operations.offboarding import reassign_cases
from helpdesk.cases.operations.pausing import pause_case, resume_case, resume_when_due
from helpdesk.cases.operations.read_log import READ_LATELY, read_parameters, record_reading

__all__ = [
    "READ_LATELY",
    "add_note",
    "claim",
    "claim_next",
    "claim_next_of_second_lane",
    "close",
    "close_agreed",
    "confirm_consent",
    "give_consent",
    "hand_over",
    "mark_no_reply_needed",
    "pause_case",
    "read_parameters",
    "reassign_cases",
    "record_consent",
    "record_conversation",
    "record_reading",
    "release",
    "reopen",
    "require_deniable",
    "resume_case",
    "resume_when_due",
    "send_message",
    "withdraw_consent",
]
