"""Lines about follow-ups on the page of a request: what was done about the partner's silence, and
what comes next."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from helpdesk.core.work import Work
from helpdesk.escalations.follow_up_times import times_of_follow_ups
from helpdesk.escalations.models import Escalation, PartnerCall, RequestFollowUp
from helpdesk.escalations.states import IS_THEIR_MOVE, CallResult, FollowUp


class FollowUpLine(NamedTuple):
    """A follow-up in the partner's present turn: when it is due, and what became of it, if it was
    made or stopped, and why."""

    step: FollowUp
    due_at: datetime
    made: RequestFollowUp | None = None
    reason: str = ""

    @property
    def is_to_come(self) -> bool:
        return self.made is None


def follow_up_lines_of(work: Work, escalation: Escalation) -> Sequence[FollowUpLine]:
    """The follow-ups on a request in their order; none while nobody waits for its partner."""
    due = escalation.answer_due_at
    if due is None or escalation.state not in IS_THEIR_MOVE:
        return ()
    found = select(RequestFollowUp).where(
        RequestFollowUp.escalation_id == escalation.id,
        RequestFollowUp.turn_due_at == escalation.turn_due_at,
    )
    made = {one.step: one for one in work.session.scalars(found)}
    return [
        FollowUpLine(step, at, made.get(step), _reason(work, made.get(step)))
        for step, at in times_of_follow_ups(
            escalation.priority, due, {step: one.at for step, one in made.items()}
        ).items()
    ]


class CallLine(NamedTuple):
    """A call that was made to the partner, and what was written down of it."""

    call: PartnerCall
    note: str


def call_lines_of(work: Work, escalation: Escalation) -> Sequence[CallLine]:
    """The calls that were made about a request, oldest first."""
    found = select(PartnerCall).where(PartnerCall.escalation_id == escalation.id)
    calls = work.session.scalars(found.order_by(PartnerCall.at, PartnerCall.id))
    return [CallLine(one, work.keys.read(one, "note") or "") for one in calls]


def is_to_be_phoned(
    escalation: Escalation, lines: Sequence[FollowUpLine], calls: Sequence[CallLine]
) -> bool:
    """Whether one of us has to phone the partner: the time for it has come, and in this turn of
    theirs nobody was reached."""
    has_come = any(
        one.step is FollowUp.PHONE_CALL and one.made is not None and not one.made.is_stopped
        for one in lines
    )
    was_reached = any(
        one.call.result is CallResult.REACHED and one.call.turn_due_at == escalation.turn_due_at
        for one in calls
    )
    return has_come and not was_reached


def follow_ups_to_change(lines: Sequence[FollowUpLine]) -> list[FollowUp]:
    """Those that can still be hurried or stopped; the last is no step but what silence comes to."""
    return [one.step for one in lines if one.is_to_come and one.step is not FollowUp.UNANSWERED]


def _reason(work: Work, made: RequestFollowUp | None) -> str:
    return work.keys.read(made, "reason") or "" if made is not None else ""
