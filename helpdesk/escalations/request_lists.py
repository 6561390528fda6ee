"""Lists of requests over all cases that the actor may see: what waits, is late, or went wrong."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select

from helpdesk.cases.models import Case, Closure, Fact
from helpdesk.cases.playbook_findings import OF_THE_CASE
from helpdesk.cases.queries import is_case_in_queues
from helpdesk.cases.states import CaseOutcome, CaseState
from helpdesk.core.work import Work
from helpdesk.escalations.models import (
    IS_OURS_TO_SEND,
    Delivery,
    Escalation,
    PartnerCall,
    PartnerDecision,
    PartnerMessage,
    RequestFollowUp,
)
from helpdesk.escalations.packets import OWNER_CONFIRMED, OWNERSHIP
from helpdesk.escalations.priorities import ABOUT_ACCESS
from helpdesk.escalations.queries import visible_requests
from helpdesk.escalations.request_basis import is_for_another_account
from helpdesk.escalations.states import (
    IS_THEIR_MOVE,
    UNDER_WAY,
    CallResult,
    DeliveryState,
    EscalationState,
    FollowUp,
)
from helpdesk.partners.models import IS_VETTED

# How long the board shows that a partner had acted, of a case that its reporter took back.
ACTED_LATELY: Final = timedelta(days=14)


def is_partner_late(at: datetime) -> ColumnElement[bool]:
    """An SQL condition: the partner should have answered by now; not where the question is
    theirs."""
    return and_(Escalation.state != EscalationState.NEED_INFORMATION, Escalation.answer_due_at < at)


def has_answer_to_approve() -> ColumnElement[bool]:
    """An SQL condition: an answer of ours waits for a second person, and they have not asked again
    since."""
    asked_since = exists().where(
        PartnerMessage.escalation_id == Escalation.id, PartnerMessage.at > Escalation.reply_at
    )
    return and_(
        Escalation.state == EscalationState.NEED_INFORMATION,
        Escalation.reply.is_not(None),
        not_(asked_since),
    )


def requests_to_fill_in(work: Work) -> Sequence[Escalation]:
    """Requests that one of us has to send by a form of theirs, or to make a link for, most urgent
    first."""
    found = visible_requests(work.actor).where(IS_OURS_TO_SEND)
    return work.session.scalars(found.order_by(Escalation.priority, Escalation.approved_at)).all()


def is_to_be_read_afterwards() -> ColumnElement[bool]:
    """An SQL condition: the request was sent on one person's word, and no second person has read it
    yet."""
    return and_(Escalation.second_read_due_at.is_not(None), Escalation.second_read_at.is_(None))


def failed_deliveries(work: Work) -> Sequence[Delivery]:
    """Deliveries that failed: each waits for the person who wrote the request."""
    found = (
        select(Delivery)
        .join(Delivery.escalation)
        .join(Escalation.case)
        .where(is_case_in_queues(work.actor.queues))
        .where(Delivery.state == DeliveryState.DEAD_LETTER)
    )
    return work.session.scalars(found.order_by(Escalation.approved_at)).all()


def requests_with_untold_news(work: Work) -> Sequence[Escalation]:
    """Requests with news that the partner has not been told, the longest first; a partner in doubt
    is told nothing."""
    is_held_up = and_(Escalation.state.in_(UNDER_WAY), not_(Escalation.partner.has(IS_VETTED)))
    found = visible_requests(work.actor).where(
        Escalation.untold_since.is_not(None), not_(is_held_up)
    )
    return work.session.scalars(found.order_by(Escalation.untold_since, Escalation.id)).all()


def withdrawn_requests_acted_on(work: Work, *, at: datetime) -> Sequence[Escalation]:
    """Requests on which the partner had acted before they were withdrawn, the newest first: until
    the case is closed. One that its reporter took back is closed already: two weeks."""
    acted = exists().where(
        PartnerDecision.escalation_id == Escalation.id, PartnerDecision.is_after_withdrawal
    )
    lately = acted.where(PartnerDecision.at >= at - ACTED_LATELY)
    taken_back = Case.closure.has(Closure.outcome == CaseOutcome.WITHDRAWN)
    found = visible_requests(work.actor).where(
        acted, or_(Case.state != CaseState.CLOSED, and_(taken_back, lately))
    )
    return work.session.scalars(found.order_by(Escalation.approved_at.desc())).all()


def ids_of_requests_acted_on_before_withdrawal(work: Work, case: Case) -> Collection[str]:
    """The ids of a case's requests on which the partner had acted before they were withdrawn."""
    found = select(PartnerDecision.escalation_id).where(
        PartnerDecision.case_id == case.id, PartnerDecision.is_after_withdrawal
    )
    return frozenset(work.session.scalars(found))


def requests_at_partners_in_doubt(work: Work) -> Sequence[Escalation]:
    """Requests that have arrived at a partner who is in doubt, most urgent first."""
    found = visible_requests(work.actor).where(
        Escalation.state.in_(UNDER_WAY),
        Escalation.partner.has(not_(IS_VETTED)),
    )
    return work.session.scalars(found.order_by(Escalation.priority, Escalation.id)).all()


def requests_no_longer_justified(work: Work, case: Case | None = None) -> Sequence[Escalation]:
    """Requests at a partner of which it is no longer confirmed who is asking, or whose account it
    is: of one case, or of all that the actor may see; most urgent first."""
    found = visible_requests(work.actor).where(
        Escalation.state.in_(UNDER_WAY),
        not_(func.request_still_holds(Escalation.id)),
    )
    if case is not None:
        work.session.flush()
        found = found.where(Escalation.case_id == case.id)
    return work.session.scalars(found.order_by(Escalation.priority, Escalation.id)).all()


def requests_for_other_accounts(work: Work, case: Case | None = None) -> Sequence[Escalation]:
    """Requests at a partner about access to one account, while ownership is confirmed of another by
    now: of one case, or of all that the actor may open; most urgent first.

    Of which account it was confirmed is sealed: only those are opened of which that was confirmed
    since they were approved.
    """
    confirmed_since = exists().where(
        Fact.case_id == Escalation.case_id,
        Fact.playbook.in_((OF_THE_CASE, Escalation.playbook)),
        Fact.name == OWNERSHIP,
        Fact.value == OWNER_CONFIRMED,
        Fact.set_at > Escalation.approved_at,
    )
    found = visible_requests(work.actor).where(
        Escalation.state.in_(UNDER_WAY), Escalation.ask.in_(ABOUT_ACCESS), confirmed_since
    )
    if case is not None:
        work.session.flush()
        found = found.where(Escalation.case_id == case.id)
    listed = work.session.scalars(found.order_by(Escalation.priority, Escalation.id)).all()
    return [
        one
        for one in listed
        if work.keys.holds(one.case.key_id) and is_for_another_account(work, one)
    ]


def untold_requests_of_partner(work: Work, partner_id: str) -> Sequence[Escalation]:
    """Requests of one partner with news that they have not been told, for the worker that tells
    them."""
    found = select(Escalation).where(
        Escalation.partner_id == partner_id, Escalation.untold_since.is_not(None)
    )
    return work.session.scalars(found.order_by(Escalation.id)).all()


def partners_to_phone(work: Work) -> Sequence[Escalation]:
    """Requests whose partner one of us has to phone, most urgent first: the time for it has come,
    and in this turn of theirs nobody was reached (`follow_up_lines.is_to_be_phoned`)."""
    has_come = exists().where(
        RequestFollowUp.escalation_id == Escalation.id,
        RequestFollowUp.turn_due_at == Escalation.turn_due_at,
        RequestFollowUp.step == FollowUp.PHONE_CALL,
        not_(RequestFollowUp.is_stopped),
    )
    was_reached = exists().where(
        PartnerCall.escalation_id == Escalation.id,
        PartnerCall.turn_due_at == Escalation.turn_due_at,
        PartnerCall.result == CallResult.REACHED,
    )
    found = visible_requests(work.actor).where(
        Escalation.state.in_(IS_THEIR_MOVE),
        Escalation.answer_due_at.is_not(None),
        has_come,
        not_(was_reached),
    )
    in_order = found.order_by(Escalation.priority, Escalation.answer_due_at, Escalation.id)
    return work.session.scalars(in_order).all()


def requests_to_read_afterwards(work: Work) -> Sequence[Escalation]:
    """Requests that were sent on one person's word and no second person has read yet, the latest
    hour first."""
    found = visible_requests(work.actor).where(is_to_be_read_afterwards())
    return work.session.scalars(found.order_by(Escalation.second_read_due_at)).all()


def requests_to_approve(work: Work) -> Sequence[Escalation]:
    """Drafts to approve in the actor's queues, and answers to partners that wait, oldest first. A
    draft that was sent back waits for its writer."""
    found = visible_requests(work.actor).where(
        or_(
            and_(Escalation.state == EscalationState.DRAFT, Escalation.sent_back_at.is_(None)),
            has_answer_to_approve(),
        )
    )
    return work.session.scalars(found.order_by(Escalation.drafted_at)).all()


@dataclass(frozen=True)
class RequestsWithTotal:
    """The first of some requests, and how many there are in all."""

    requests: Sequence[Escalation] = ()
    in_all: int = 0

    @property
    def more(self) -> int:
        """How many are not among the first."""
        return self.in_all - len(self.requests)


@dataclass(frozen=True)
class PartnerRequestsNeedingAction:
    """The requests at partners that need action: what they asked us, and what they should have
    answered by now."""

    asked: RequestsWithTotal
    late: RequestsWithTotal


def requests_at_partners(
    work: Work, *, at: datetime, limit: int = 50
) -> PartnerRequestsNeedingAction:
    """Load the requests at partners that need action, the first of each pile, the longest silence
    first."""
    has_asked = Escalation.state == EscalationState.NEED_INFORMATION
    in_order = Escalation.answer_due_at, Escalation.id
    found = visible_requests(work.actor).where(or_(has_asked, is_partner_late(at)))
    piled = found.with_only_columns(
        Escalation.id,
        func.row_number().over(partition_by=has_asked, order_by=in_order).label("place"),
        func.count().over(partition_by=has_asked).label("in_all"),
    ).subquery()
    first = select(Escalation, piled.c.in_all).join(piled, piled.c.id == Escalation.id)
    rows = work.session.execute(first.where(piled.c.place <= limit).order_by(*in_order)).all()
    return PartnerRequestsNeedingAction(
        asked=_pile(row for row in rows if row[0].state is EscalationState.NEED_INFORMATION),
        late=_pile(row for row in rows if row[0].state is not EscalationState.NEED_INFORMATION),
    )


def _pile(rows: Iterable[Any]) -> RequestsWithTotal:
    listed = list(rows)
    return (
        RequestsWithTotal([row[0] for row in listed], listed[0].in_all)
        if listed
        else RequestsWithTotal()
    )
