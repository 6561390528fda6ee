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
    refuse_confirming,
    withdraw_consent,
)
from helpdesk.cases.operations.conversations import record_conversation
from helpdesk.cases.operations.messages import add_note, leave_unanswered, send_message
from helpdesk.cases.operations.offboarding import reassign_cases
from helpdesk.cases.operations.read_log import READ_LATELY, read_parameters, record_reading
from helpdesk.cases.operations.waiting import resume, wait, wake

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
    "leave_unanswered",
    "read_parameters",
    "reassign_cases",
    "record_consent",
    "record_conversation",
    "record_reading",
    "refuse_confirming",
    "release",
    "reopen",
    "resume",
    "send_message",
    "wait",
    "wake",
    "withdraw_consent",
]
