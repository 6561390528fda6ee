"""The times of follow-ups: what is done about a partner's silence, and how long after their time to
answer is over."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from helpdesk.escalations.states import EscalationState, FollowUp, Priority

# The partner is asked for a first sign within 2 hours, 12 hours, 2 days or 5 days. With what is
# added here, each follow-up comes when the field's practice has it, counted from the sending: for
# the highest priority after 2, 4, 8 and 24 hours.
AFTER_DUE: Final[Mapping[Priority, Mapping[FollowUp, timedelta]]] = {
    Priority.P1: {
        FollowUp.NUDGE: timedelta(0),
        FollowUp.OTHER_CONTACT: timedelta(hours=2),
        FollowUp.PHONE_CALL: timedelta(hours=6),
        FollowUp.UNANSWERED: timedelta(hours=22),
    },
    Priority.P2: {
        FollowUp.NUDGE: timedelta(0),
        FollowUp.OTHER_CONTACT: timedelta(hours=12),
        FollowUp.PHONE_CALL: timedelta(hours=36),
        FollowUp.UNANSWERED: timedelta(hours=60),
    },
    Priority.P3: {
        FollowUp.NUDGE: timedelta(0),
        FollowUp.OTHER_CONTACT: timedelta(days=2),
        FollowUp.PHONE_CALL: timedelta(days=5),
        FollowUp.UNANSWERED: timedelta(days=12),
    },
    Priority.P4: {
        FollowUp.NUDGE: timedelta(0),
        FollowUp.OTHER_CONTACT: timedelta(days=5),
        FollowUp.UNANSWERED: timedelta(days=25),
    },
}
# Where silence is followed up: it lies with them, and the move is theirs.
IS_THEIR_MOVE: Final = frozenset(
    {EscalationState.WITH_PARTNER, EscalationState.ACKNOWLEDGED, EscalationState.IN_REVIEW}
)


def follow_up_times(priority: Priority, answer_due_at: datetime) -> dict[FollowUp, datetime]:
    """When each follow-up is due, in order, for a partner who should answer by `answer_due_at`."""
    return {step: answer_due_at + after for step, after in AFTER_DUE[priority].items()}
