"""What can happen to a case; one function per sentence."""

from helpdesk.cases.operations.assignments import (
    claim,
    hand_over,
    release,
    take_next,
    take_next_of_second_lane,
)
from helpdesk.cases.operations.closures import close, close_agreed, reopen
from helpdesk.cases.operations.consents import (
    confirm_consent,
    record_consent,
    refuse_confirming,
    withdraw_consent,
)
from helpdesk.cases.operations.conversations import record_conversation
from helpdesk.cases.operations.leaving import hand_on
from helpdesk.cases.operations.messages import add_note, leave_unanswered, send_message
from helpdesk.cases.operations.reading import READ_LATELY, read, reading
from helpdesk.cases.operations.waiting import resume, wait, wake

__all__ = [
    "READ_LATELY",
    "add_note",
    "claim",
    "close",
    "close_agreed",
    "confirm_consent",
    "hand_on",
    "hand_over",
    "leave_unanswered",
    "read",
    "reading",
    "record_consent",
    "record_conversation",
    "refuse_confirming",
    "release",
    "reopen",
    "resume",
    "send_message",
    "take_next",
    "take_next_of_second_lane",
    "wait",
    "wake",
    "withdraw_consent",
]
