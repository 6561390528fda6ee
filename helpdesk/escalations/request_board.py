"""The board of all requests that a coordinator answers for, in piles by what they wait for.

A request is in more than one pile where more than one thing is true of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, not_, or_, select
from sqlalchemy.orm import contains_eager

from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseState
from helpdesk.core.errors import NotFound
from helpdesk.core.work import Work
from helpdesk.escalations.models import (
    IS_ANSWER_TO_PASS_ON,
    IS_OURS_TO_SEND,
    Delivery,
    DeliveryAttempt,
    Escalation,
    PartnerDecision,
    PartnerMessage,
)
from helpdesk.escalations.policy import may_see_request_board
from helpdesk.escalations.priorities import ABOUT_ACCESS
from helpdesk.escalations.queries import visible_requests
from helpdesk.escalations.request_lists import (
    has_answer_to_approve,
    is_partner_late,
    is_to_be_read_afterwards,
)
from helpdesk.escalations.states import OVER, DeliveryState, EscalationState, RequestPile
from helpdesk.partners.models import Partner

SHOWN: Final = 100
REGION_UNKNOWN: Final = "unknown"


@dataclass(frozen=True)
class BoardLine:
    """A line of the board: one request, and since when it has been in the pile; None where nobody
    can say."""

    request: Escalation
    since: datetime | None


@dataclass(frozen=True)
class RequestBoard:
    """One page of the request board: a pile's lines, how many requests each pile holds, and where
    the next page begins."""

    lines: Sequence[BoardLine]
    sizes: Mapping[RequestPile, int]
    next_from: int | None


def request_board(
    work: Work,
    pile: RequestPile,
    *,
    partner: Partner | None = None,
    region: str | None = None,
    start: int = 0,
) -> RequestBoard:
    """Load one pile of the board, of one partner or of all, and of cases in one region or anywhere:
    by priority, then the longest. `region` is a UN subregion, or REGION_UNKNOWN."""
    if not may_see_request_board(work.actor, work.actor.queues):
        raise NotFound
    found = visible_requests(work.actor)
    if partner is not None:
        found = found.where(Escalation.partner_id == partner.id)
    if region is not None:
        found = found.where(
            Case.region.is_(None) if region == REGION_UNKNOWN else Case.region == region
        )
    since = _since(pile)
    listed = found.where(_is_in(pile, at=work.at)).options(contains_eager(Escalation.case))
    in_order = listed.add_columns(since).order_by(
        Escalation.priority, since.asc().nulls_last(), Escalation.id
    )
    rows = work.session.execute(in_order.offset(start).limit(SHOWN + 1)).all()
    return RequestBoard(
        lines=[BoardLine(request, at) for request, at in rows[:SHOWN]],
        sizes=_sizes(work, found),
        next_from=start + SHOWN if len(rows) > SHOWN else None,
    )


def _sizes(work: Work, found: Select[Escalation]) -> dict[RequestPile, int]:
    """All of them counted in one statement."""
    counts = [func.count().filter(_is_in(pile, at=work.at)) for pile in RequestPile]
    counted = found.with_only_columns(*counts, maintain_column_froms=True)
    return dict(zip(RequestPile, work.session.execute(counted).one(), strict=True))


def _is_in(pile: RequestPile, *, at: datetime) -> ColumnElement[bool]:
    """Whether a request lies in a pile."""
    match pile:
        case RequestPile.OPEN:
            is_left_behind = and_(
                Escalation.state == EscalationState.DRAFT, Case.state == CaseState.CLOSED
            )
            return and_(Escalation.state.not_in(OVER), not_(is_left_behind))
        case RequestPile.ASKED:
            return Escalation.state == EscalationState.NEED_INFORMATION
        case RequestPile.SILENT:
            given_up = and_(
                Escalation.state == EscalationState.UNANSWERED, Case.state != CaseState.CLOSED
            )
            return or_(is_partner_late(at), given_up)
        case RequestPile.TO_FILL_IN:
            return or_(IS_OURS_TO_SEND, IS_ANSWER_TO_PASS_ON)
        case RequestPile.UNCERTAIN:
            return _is_carried_so(DeliveryState.UNCERTAIN)
        case RequestPile.UNDELIVERED:
            return _is_carried_so(DeliveryState.DEAD_LETTER)
        case RequestPile.SECOND_PERSON:
            draft = and_(
                Escalation.state == EscalationState.DRAFT,
                Escalation.sent_back_at.is_(None),
                Escalation.ask.in_(ABOUT_ACCESS),
                Case.state != CaseState.CLOSED,
            )
            return or_(draft, has_answer_to_approve(), is_to_be_read_afterwards())
        case RequestPile.TO_VERIFY:
            return Escalation.state == EscalationState.DECIDED


def _is_carried_so(state: DeliveryState) -> ColumnElement[bool]:
    return exists().where(Delivery.escalation_id == Escalation.id, Delivery.state == state)


def _since(pile: RequestPile) -> ColumnElement[Any]:
    """Since when that is so of a request."""
    match pile:
        case RequestPile.OPEN:
            return Escalation.drafted_at.expression
        case RequestPile.ASKED:
            asked = select(func.max(PartnerMessage.at)).where(
                PartnerMessage.escalation_id == Escalation.id, PartnerMessage.is_from_partner
            )
            return asked.scalar_subquery()
        case RequestPile.SILENT:
            return Escalation.answer_due_at.expression
        case RequestPile.TO_FILL_IN:
            return func.coalesce(Escalation.untold_since, Escalation.approved_at)
        case RequestPile.UNCERTAIN | RequestPile.UNDELIVERED:
            tried = select(func.max(DeliveryAttempt.began_at)).where(
                DeliveryAttempt.delivery_id == Delivery.id,
                Delivery.escalation_id == Escalation.id,
            )
            # What was stopped before the first attempt was never tried.
            return func.coalesce(tried.scalar_subquery(), Escalation.approved_at)
        case RequestPile.SECOND_PERSON:
            return case(
                (Escalation.state == EscalationState.DRAFT, Escalation.drafted_at),
                (has_answer_to_approve(), Escalation.reply_at),
                else_=Escalation.approved_at,
            )
        case RequestPile.TO_VERIFY:
            decided = select(func.max(PartnerDecision.at)).where(
                PartnerDecision.escalation_id == Escalation.id
            )
            return decided.scalar_subquery()
