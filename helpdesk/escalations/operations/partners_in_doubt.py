"""Requests at a partner in doubt: put on hold, and resumed when they are vetted again."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from helpdesk.accounts.queries import members_with_key
from helpdesk.cases import news
from helpdesk.cases.models.news import NewsKind
from helpdesk.core.history import HistoryEntry
from helpdesk.core.work import Work
from helpdesk.escalations import case_pausing, clocks
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.operations.locking import lock_case_first, lock_refreshed_request
from helpdesk.escalations.policy import may_apply_partner_vetting, may_wake_cases
from helpdesk.escalations.states import UNDER_WAY
from helpdesk.partners.models import Partner

HELD_UP: Final = "escalation.held_up"
GOES_ON: Final = "escalation.goes_on"


def hold_or_resume_requests_of_partner(work: Work, partner_id: str, *, at: int) -> None:
    """Put requests at a partner in doubt on hold, or resume them if they are vetted again.

    Safe to run twice, and late: what counts is what the partner is now.
    """
    work.require(may_apply_partner_vetting, partner_id)
    partner = work.session.get(Partner, partner_id)
    if partner is None:
        return
    for escalation in _under_way(work, partner):
        lock_case_first(work, escalation.case_id)
        lock_refreshed_request(work, escalation)
        work.session.refresh(partner)
        if escalation.state not in UNDER_WAY:
            continue  # it moved while we waited for it
        if escalation.is_held_up:
            hold_up_request(work, escalation)
        else:
            _let_go_on(work, escalation, at=at)


def wake_cases_of_unread_requests(work: Work, team_id: str) -> None:
    """Resume cases whose request nobody at the partner can open any more; the owner of each and who
    wrote the request hear of it.

    Safe to run late: what counts is who can open them now. Their clock goes on: one of them may be
    let in again. Run twice, the same line is counted twice.
    """
    work.require(may_wake_cases, team_id)
    partner = work.session.scalar(select(Partner).where(Partner.team_id == team_id))
    if partner is None or members_with_key(work.session, team_id):
        return
    for escalation in _under_way(work, partner):
        if not escalation.is_at_desk:
            continue  # nobody there has an account by which to open it
        lock_case_first(work, escalation.case_id)
        lock_refreshed_request(work, escalation)
        if escalation.state in UNDER_WAY:
            case_pausing.wake_case_for_request(work, escalation)


def hold_up_request(work: Work, escalation: Escalation) -> None:
    """Put a request on hold: the partner's clock stops, the case wakes, and its owner and who wrote
    the request hear of it. Safe to do twice.

    No rule: the worker has seen that they are in doubt.
    """
    if _was_held_up(work, escalation):
        return
    clocks.hold_partner_clock(work, escalation)
    work.record(HELD_UP, escalation)
    case_pausing.wake_case_for_request(work, escalation)


def _let_go_on(work: Work, escalation: Escalation, *, at: int) -> None:
    """They have what was left of their time, and are told that they can answer again. The case
    stays awake: somebody may have begun to help in another way."""
    if not _was_held_up(work, escalation):
        return
    clocks.resume_partner_clock(work, escalation)
    clocks.shorten_partner_clock(work, escalation)  # it may be more urgent by now
    work.record(GOES_ON, escalation)
    news.notify_owner(work, escalation.case_id, NewsKind.MOVED, request_id=escalation.id)
    work.enqueue("escalations.tell_partner", escalation_id=escalation.id, about=f"vetted-{at}")


def _under_way(work: Work, partner: Partner) -> Sequence[Escalation]:
    found = select(Escalation).where(
        Escalation.partner_id == partner.id, Escalation.state.in_(UNDER_WAY)
    )
    # One order of cases for all who hold several.
    return work.session.scalars(found.order_by(Escalation.case_id, Escalation.id)).all()


def _was_held_up(work: Work, escalation: Escalation) -> bool:
    """Whether history has last that it was held up."""
    last = (
        select(HistoryEntry.action)
        .where(
            HistoryEntry.subject_id == escalation.id, HistoryEntry.action.in_((HELD_UP, GOES_ON))
        )
        .order_by(HistoryEntry.id.desc())
        .limit(1)
    )
    return work.session.scalar(last) == HELD_UP
