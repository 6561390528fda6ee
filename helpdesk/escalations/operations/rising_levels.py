"""Raising the priority of requests when the level of their case rises."""

from sqlalchemy import select

from helpdesk.cases import news
from helpdesk.cases.models.news import NewsKind
from helpdesk.core.work import Work
from helpdesk.escalations import case_pausing, clocks
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.operations.locking import lock_case_first
from helpdesk.escalations.policy import may_raise_requests_to_level
from helpdesk.escalations.priorities import FROM_LEVEL
from helpdesk.escalations.states import OVER, UNDER_WAY, Priority


def raise_requests_to_level(work: Work, case_id: str) -> None:
    """Raise every request of a case that is not over to the priority of its level; none falls. Both
    clocks shorten, the partner hears of it, and so do who has the case and who wrote the request.
    The packet stays as it was approved.

    Safe to run twice, and late: what counts is the level now.
    """
    work.require(may_raise_requests_to_level, case_id)
    lock_case_first(work, case_id)
    found = (
        select(Escalation)
        .where(Escalation.case_id == case_id, Escalation.state.not_in(OVER))
        .order_by(Escalation.id)
        .with_for_update(of=Escalation)
        .execution_options(populate_existing=True)
    )
    for escalation in work.session.scalars(found).all():
        work.session.refresh(escalation.case)
        now = FROM_LEVEL[escalation.case.level]
        if now < escalation.priority:  # P1 is before P2
            _raise(work, escalation, now)
        elif now == escalation.priority:
            _shorten_time_given_back(work, escalation)


def _raise(work: Work, escalation: Escalation, now: Priority) -> None:
    was, escalation.priority = escalation.priority, now
    work.record("escalation.more_urgent", escalation, was=was, priority=now)
    _shorten_ours(work, escalation)
    clocks.shorten_partner_clock(work, escalation)
    case_pausing.extend_case_pause(work, escalation.case)
    news.notify_owner(work, escalation.case_id, NewsKind.LEVEL, request_id=escalation.id)
    if escalation.state in UNDER_WAY and not escalation.is_held_up:
        about = f"more-urgent-{now}"
        work.enqueue("escalations.tell_partner", escalation_id=escalation.id, about=about)


def _shorten_time_given_back(work: Work, escalation: Escalation) -> None:
    """The case rose while it was not their move, and the reporter has given it back to them."""
    is_shorter = clocks.shorten_partner_clock(work, escalation)
    if is_shorter:
        priority = escalation.priority
        work.record("escalation.more_urgent", escalation, was=priority, priority=priority)
        case_pausing.extend_case_pause(work, escalation.case)


def _shorten_ours(work: Work, escalation: Escalation) -> None:
    due = clocks.our_move_due_at(work, escalation)
    within = clocks.our_time(escalation)
    if due is not None and due > work.at + within:
        due = clocks.start_our_clock(work, escalation)
        clocks.schedule_our_alarm(work, escalation, due=due)
