"""The times of follow-ups: what is done about a partner's silence, and how long after their time to
answer is over."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from helpdesk.escalations.states import FollowUp, Priority

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


class FollowUpTime(NamedTuple):
    """The time of a follow-up: so long after the partner's time is over, and so long after the
    follow-up before it, if there is one."""

    step: FollowUp
    after_due: timedelta
    previous: FollowUp | None
    after_previous: timedelta


def follow_up_plan(priority: Priority) -> list[FollowUpTime]:
    """The follow-ups on a request of a priority, in their order."""
    plan: list[FollowUpTime] = []
    for step, after in AFTER_DUE[priority].items():
        before = plan[-1] if plan else None
        gap = after - before.after_due if before else timedelta(0)
        plan.append(FollowUpTime(step, after, before.step if before else None, gap))
    return plan


def times_of_follow_ups(
    priority: Priority, answer_due_at: datetime, made: Mapping[FollowUp, datetime]
) -> dict[FollowUp, datetime]:
    """When each follow-up is due, in order, for a partner who should answer by `answer_due_at`.
    `made` says when some were made or stopped: whatever comes late, the next keeps its distance."""
    times: dict[FollowUp, datetime] = {}
    for one in follow_up_plan(priority):
        due = answer_due_at + one.after_due
        if one.previous is not None:
            before = made.get(one.previous, times[one.previous])
            due = max(due, before + one.after_previous)
        times[one.step] = due
    return times
