"""Operations on a partner's silence: each follow-up is made once, at its time, or hurried or
stopped by one of us with a reason."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Interval, Select, String, cast, exists, not_, or_, select, values
from sqlalchemy import column as sql_column
from sqlalchemy.dialects.postgresql import insert

from helpdesk.cases import news
from helpdesk.cases.models import Case
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.response_targets import due_time_as_job_argument, is_clock_still_due
from helpdesk.core.database import new_id
from helpdesk.core.errors import Conflict, StalePage
from helpdesk.core.stale_page_marks import refuse_if_changed_since
from helpdesk.core.work import Work
from helpdesk.escalations import case_pausing, clocks, queries
from helpdesk.escalations.events import StaffFollowUpDue
from helpdesk.escalations.follow_up_times import AFTER_DUE, follow_up_plan
from helpdesk.escalations.models import Escalation, RequestFollowUp
from helpdesk.escalations.operations.delivery_attempts import is_delivery_stopped
from helpdesk.escalations.operations.locking import (
    lock_refreshed_request,
    lock_request_if_unchanged,
)
from helpdesk.escalations.policy import may_record_partner_told, may_work_on_request
from helpdesk.escalations.stale_page_marks import follow_up_mark_of
from helpdesk.escalations.states import IS_THEIR_MOVE, EscalationState, FollowUp, Priority

# What waits longer than so many are is found at the next tick.
AT_ONCE: Final = 1_000
ALREADY: Final = "This follow-up has already been made or stopped. Please check the request again."


def enqueue_due_follow_ups(work: Work) -> None:
    """Queue every follow-up whose time has come, each once: the row that says so and the job are
    written together, and a second ticker finds the row.

    No rule: only the ticker comes here. After a standstill the first that is due is made, and the
    next keeps its distance: nobody is written down as silent before they were phoned.
    """
    for request_id, case_id, turn_due_at, step in work.session.execute(_due(work.at)).all():
        row = RequestFollowUp(
            id=new_id(),
            case_id=case_id,
            escalation_id=request_id,
            turn_due_at=turn_due_at,
            step=FollowUp(step),
            at=work.at,
            by=work.actor.id,
            is_stopped=False,
        )
        if _is_first(work, row):
            _enqueue(work, row)


def hurry_follow_up(
    work: Work, escalation: Escalation, step: FollowUp, *, reason: str, seen: str | None = None
) -> None:
    """Make a follow-up now and not at its time, with a reason. `seen` is the mark of the partner's
    time to answer on the page (`follow_up_mark_of`): of another turn nothing is hurried."""
    work.require(may_work_on_request, escalation)
    if step is FollowUp.UNANSWERED:
        raise Conflict("The partner still has time to answer.")
    row = _new_row(work, escalation, step, reason=reason, seen=seen)
    if not may_be_hurried(work, escalation):
        raise Conflict(
            "We can’t ask the partner again: the consent, the partner or what the request rests on "
            "has changed. Withdraw the request, or put that right first."
        )
    work.record("escalation.follow_up_hurried", escalation, step=step)
    _enqueue(work, row)


def stop_follow_up(
    work: Work, escalation: Escalation, step: FollowUp, *, reason: str, seen: str | None = None
) -> None:
    """Stop a follow-up, with a reason: it is not made in this turn of the partner's. `seen` is as
    for `hurry_follow_up`. The last, that they did not answer, is no step to stop."""
    work.require(may_work_on_request, escalation)
    if step is FollowUp.UNANSWERED:
        raise Conflict("If the partner doesn’t answer, we have to tell the reporter.")
    _new_row(work, escalation, step, reason=reason, seen=seen, is_stopped=True)
    work.record("escalation.follow_up_stopped", escalation, step=step)


def refresh_if_still_silent(work: Work, escalation_id: str, *, due: int) -> Escalation | None:
    """Lock a request whose partner has still not answered in the turn that `due` names; None if
    they have, if it is another turn, or if it is over.

    No rule: the follow-up was queued.
    """
    escalation = work.session.get(Escalation, escalation_id)
    if escalation is None:
        return None
    lock_refreshed_request(work, escalation)
    is_silent = escalation.state in IS_THEIR_MOVE and escalation.partner.is_vetted
    is_awaited = is_silent and escalation.answer_due_at is not None
    is_same_turn = is_clock_still_due(escalation.turn_due_at, due)
    return escalation if is_awaited and is_same_turn else None


def may_be_hurried(work: Work, escalation: Escalation) -> bool:
    """Whether the partner may be asked again: only what could still be sent to them now. Whoever
    withdrew their consent, or whose account we doubt by now, is not hurried.

    No rule: it changes nothing.
    """
    delivery = queries.delivery_of_request(work, escalation)
    return (
        delivery is not None
        and not escalation.is_about_another_account
        and not is_delivery_stopped(work, delivery)
    )


def record_nudged(work: Work, escalation: Escalation) -> None:
    """Record that the partner was emailed once more about the same request."""
    work.require(may_record_partner_told, escalation)
    work.record("escalation.nudged", escalation)


def record_unanswered(work: Work, escalation: Escalation) -> None:
    """Record, at the end of all follow-ups, that a partner did not answer: the case goes on without
    them, and its owner and the reporter see it. If they answer after all, it still counts."""
    work.require(may_record_partner_told, escalation)
    mark_unanswered(work, escalation)
    news.notify_owner(work, escalation.case_id, NewsKind.UNANSWERED, request_id=escalation.id)


def mark_unanswered(work: Work, escalation: Escalation) -> None:
    """Move a request to unanswered; its clocks stop, and its case waits for it no longer.

    No rule: whoever calls this has asked, and holds the request.
    """
    escalation.move_to(EscalationState.UNANSWERED)
    clocks.stop_both_clocks(work, escalation)
    work.record("escalation.unanswered", escalation)
    case_pausing.resume_case_after_partner(work, escalation.case)


def _new_row(
    work: Work,
    escalation: Escalation,
    step: FollowUp,
    *,
    reason: str,
    seen: str | None,
    is_stopped: bool = False,
) -> RequestFollowUp:
    lock_request_if_unchanged(work, escalation)
    refuse_if_changed_since(seen, now=follow_up_mark_of(escalation))
    if escalation.state not in IS_THEIR_MOVE or escalation.answer_due_at is None:
        raise StalePage("We’re not waiting for the partner now, so there is nothing to follow up.")
    if step not in AFTER_DUE[escalation.priority]:
        raise Conflict("Requests with this priority don’t have this follow-up.")
    row = RequestFollowUp(
        id=new_id(),
        case=escalation.case,
        case_id=escalation.case_id,
        escalation_id=escalation.id,
        turn_due_at=escalation.turn_due_at,
        step=step,
        at=work.at,
        by=work.actor.id,
        is_stopped=is_stopped,
    )
    row.reason = work.keys.seal(row, "reason", reason)
    if not _is_first(work, row):
        raise StalePage(ALREADY)
    return row


def _is_first(work: Work, row: RequestFollowUp) -> bool:
    """Write that a follow-up is made or stopped; False where someone did already."""
    columns = {one.key: getattr(row, one.key) for one in RequestFollowUp.__table__.columns}
    written = (
        insert(RequestFollowUp)
        .values({name: value for name, value in columns.items() if value is not None})
        .on_conflict_do_nothing()
        .returning(RequestFollowUp.id)
    )
    return work.session.scalar(written) is not None


def _enqueue(work: Work, row: RequestFollowUp) -> None:
    due = due_time_as_job_argument(row.turn_due_at)
    if row.step in (FollowUp.NUDGE, FollowUp.UNANSWERED):
        work.enqueue(
            "escalations.follow_up", escalation_id=row.escalation_id, due=due, step=row.step
        )
    else:
        work.announce(StaffFollowUpDue(row.case_id, row.escalation_id, due, row.step))


def _due(at: datetime) -> Select[Any]:
    """What is due at a moment. A row that refers to a request waits for whoever holds it or its
    case: what somebody holds is left for the next tick, and keeps nothing else from being made."""
    times = values(
        sql_column("priority", String),
        sql_column("step", String),
        sql_column("after", Interval),
        sql_column("previous", String),
        sql_column("gap", Interval),
        name="times",
    ).data(
        [
            (priority.value, one.step.value, one.after_due, one.previous or "", one.after_previous)
            for priority in Priority
            for one in follow_up_plan(priority)
        ]
    )
    in_turn = (
        RequestFollowUp.escalation_id == Escalation.id,
        RequestFollowUp.turn_due_at == Escalation.turn_due_at,
    )
    step = cast(RequestFollowUp.step, String)
    is_made = exists().where(*in_turn, step == times.c.step)
    follows = or_(
        times.c.previous == "",
        exists().where(*in_turn, step == times.c.previous, RequestFollowUp.at + times.c.gap <= at),
    )
    due_at = Escalation.answer_due_at + times.c.after
    return (
        select(Escalation.id, Escalation.case_id, Escalation.turn_due_at, times.c.step)
        .join(Case, Case.id == Escalation.case_id)
        .join(times, cast(Escalation.priority, String) == times.c.priority)
        .where(
            Escalation.answer_due_at <= at,
            Escalation.state.in_(IS_THEIR_MOVE),
            due_at <= at,
            not_(is_made),
            follows,
        )
        .order_by(due_at, Escalation.id)
        .limit(AT_ONCE)
        .with_for_update(key_share=True, skip_locked=True, of=(Case, Escalation))
    )
