"""Operations on a case; one function per sentence."""

from helpdesk.cases.operations.assignments import (
    claim_case,
    claim_next_case,
    claim_next_second_lane_case,
    hand_over_case,
    release_case,
)
from helpdesk.cases.operations.closures import close_after_agreement, end_case_work, reopen_case
from helpdesk.cases.operations.consents import (
    confirm_consent,
    give_consent,
    record_consent,
    recorded_agreement,
    refuse_partner,
    require_disputable_consent,
    withdraw_consent,
)
from helpdesk.cases.operations.conversations import earliest_conversation, record_conversation
from helpdesk.cases.operations.messages import add_case_note, mark_no_reply_needed, send_message
from helpdesk.cases.operations.offboarding import reassign_cases
from helpdesk.cases.operations.pausing import pause_case, resume_case, resume_due_case
from helpdesk.cases.operations.read_log import (
    ONE_READ_LATELY,
    bind_values_of_recent_reading,
    record_cases_read,
)
from helpdesk.cases.operations.regions import record_region

__all__ = [
    "ONE_READ_LATELY",
    "add_case_note",
    "bind_values_of_recent_reading",
    "claim_case",
    "claim_next_case",
    "claim_next_second_lane_case",
    "close_after_agreement",
    "confirm_consent",
    "earliest_conversation",
    "end_case_work",
    "give_consent",
    "hand_over_case",
    "mark_no_reply_needed",
    "pause_case",
    "reassign_cases",
    "record_cases_read",
    "record_consent",
    "record_conversation",
    "record_region",
    "recorded_agreement",
    "refuse_partner",
    "release_case",
    "reopen_case",
    "require_disputable_consent",
    "resume_case",
    "resume_due_case",
    "send_message",
    "withdraw_consent",
]
