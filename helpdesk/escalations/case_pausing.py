"""Pausing a case while a partner has the move, and resuming it with every word from them."""

from datetime import date, timedelta
from typing import Final

from sqlalchemy import and_, exists, func, not_, or_, select
from sqlalchemy.orm import Session

from helpdesk.cases import news, response_targets
from helpdesk.cases.models import Case
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.operations.pausing import pause_case_until
from helpdesk.cases.policy import LONGEST_WAIT
from helpdesk.cases.states import CaseOutcome, CaseState, WaitsOn
from helpdesk.core.actors import Role
from helpdesk.core.work import Work
from helpdesk.escalations.models import (
    IS_ANSWER_TO_PASS_ON,
    IS_OURS_TO_SEND,
    Delivery,
    Escalation,
)
from helpdesk.escalations.states import UNDER_WAY, DeliveryState, EscalationState
from helpdesk.partners.models import IS_VETTED

# A request here is before a partner, and the move is theirs.
THEIR_MOVE: Final = (
    EscalationState.WITH_PARTNER,
    EscalationState.ACKNOWLEDGED,
    EscalationState.IN_REVIEW,
)
LONGEST: Final = max(LONGEST_WAIT.values())


def pause_case_for_partner(work: Work, case: Case) -> None:
    """Pause a case while a partner has the move. A closed case stays closed.

    It waits until their time is over: the latest of those who have a request of it.
    """
    _settle(work.session, case)
    until = partners_due_day(work, case)
    if case.is_closed or until is None:
        return
    if case.waits_on is not WaitsOn.PARTNER or case.waits_until != until:
        pause_case_until(work, case, waits_on=WaitsOn.PARTNER, until=until)


def rest_case_with_partner(work: Work, case: Case) -> None:
    """Pause a case once a request or our answer has reached its partner, unless another request of
    it is ours to move. An earlier day on which somebody wants to look at it stays.

    No rule: whoever sends, carries or opens it comes through here.
    """
    _settle(work.session, case)
    until = partners_due_day(work, case)
    is_for_us = case.state is CaseState.OPEN and _has_request_for_us(work, case)
    if until is None or is_for_us or _comes_back_before(case, until):
        return
    pause_case_for_partner(work, case)


def _comes_back_before(case: Case, until: date) -> bool:
    """Whether it waits for its reporter or a day, and comes back no later than that."""
    waits_for_another = case.waits_on is not None and case.waits_on is not WaitsOn.PARTNER
    return waits_for_another and case.waits_until is not None and case.waits_until <= until


def _has_request_for_us(work: Work, case: Case) -> bool:
    """Whether a request of a case waits for us: its partner has asked, it could not be delivered,
    one of us has to fill in a form, send our answer by it or make a link, what it rests on is gone,
    it is about another account, or its partner is in doubt."""
    work.session.flush()
    stuck = exists().where(
        Delivery.escalation_id == Escalation.id, Delivery.state == DeliveryState.DEAD_LETTER
    )
    lost = or_(not_(func.request_still_holds(Escalation.id)), Escalation.is_about_another_account)
    held_up = Escalation.partner.has(not_(IS_VETTED))
    at_partner = and_(Escalation.state.in_(UNDER_WAY), or_(lost, held_up))
    found = select(Escalation.id).where(
        Escalation.case_id == case.id,
        or_(
            Escalation.state == EscalationState.NEED_INFORMATION,
            IS_OURS_TO_SEND,
            IS_ANSWER_TO_PASS_ON,
            stuck,
            at_partner,
        ),
    )
    return work.session.scalar(found.limit(1)) is not None


def extend_case_pause(work: Work, case: Case) -> None:
    """Extend the pause of a case that waits for a partner to the time they have now."""
    if case.waits_on is WaitsOn.PARTNER:
        pause_case_for_partner(work, case)


def partners_due_day(work: Work, case: Case) -> date | None:
    """The day after the last due time of the partners who have the move, at most the longest wait;
    None if none has it."""
    work.session.flush()
    latest = select(func.max(Escalation.answer_due_at)).where(
        Escalation.case_id == case.id, Escalation.state.in_(THEIR_MOVE)
    )
    due = work.session.scalar(latest)
    if due is None:
        return None
    today = work.at.date()
    return min(max(due.date(), today) + timedelta(days=1), today + LONGEST)


def resume_case_after_partner(work: Work, case: Case) -> None:
    """Resume a case after a partner's word, or reopen a closed one, as there is something to do
    again. What comes late, for a closed case, opens it again; but one that its reporter took back
    opens for nobody else: they read that we have stopped."""
    _settle(work.session, case)
    if case.is_closed and not _may_open_again(work, case):
        return
    if case.is_closed:
        case.reopen()
        response_targets.sync_case_clocks(work, case)
        work.record("case.reopened", case)
    elif case.state is not CaseState.OPEN:
        case.open()
        response_targets.sync_case_clocks(work, case)
        work.record("case.resumed", case, because=_whose_word(work))


def wake_case_for_request(work: Work, escalation: Escalation) -> None:
    """Resume the case of a request that lies with a partner, as there is something to do; its owner
    and who wrote the request hear of it. A closed case stays closed."""
    if not escalation.case.is_closed:
        resume_case_after_partner(work, escalation.case)
    news.notify_owner(work, escalation.case_id, NewsKind.MOVED, request_id=escalation.id)


def _may_open_again(work: Work, case: Case) -> bool:
    is_withdrawn_or_about_to_be = (
        case.closure is not None and case.closure.outcome is CaseOutcome.WITHDRAWN
    )
    return work.actor.role is Role.REPORTER or not is_withdrawn_or_about_to_be


def _whose_word(work: Work) -> str:
    """Whose act brings the case back, as history says it."""
    if work.actor.role is Role.PARTNER:
        return "partner_acted"
    return "reporter_acted" if work.actor.role is Role.REPORTER else "request_moved"


def _settle(session: Session, case: Case) -> None:
    # Somebody may be closing the case at this very moment: wait for them, and see what they did.
    session.refresh(case, with_for_update=True)
