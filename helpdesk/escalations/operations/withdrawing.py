"""Operations that withdraw a request: by us, or because a consent was withdrawn."""

from sqlalchemy import select

from helpdesk.cases import news
from helpdesk.cases.models.news import NewsKind
from helpdesk.core.errors import StalePage
from helpdesk.core.stale_page_marks import refuse_if_changed_since
from helpdesk.core.work import Work
from helpdesk.escalations import case_pausing, clocks, queries
from helpdesk.escalations.models import Delivery, Escalation
from helpdesk.escalations.operations.delivery_attempts import cancel_delivery
from helpdesk.escalations.operations.locking import lock_case_first, lock_request_if_unchanged
from helpdesk.escalations.policy import may_withdraw_without_consent, may_work_on_request
from helpdesk.escalations.stale_page_marks import approval_mark_of
from helpdesk.escalations.states import IS_BY_NOW, MOVES, DeliveryState, EscalationState


def withdraw_request(work: Work, escalation: Escalation, *, seen: str | None = None) -> None:
    """Withdraw a request. The partner who may have it in hand is told so. `seen` says whether the
    page showed a draft, of which nothing is sent, or a request that was approved."""
    work.require(may_work_on_request, escalation)
    lock_request_if_unchanged(work, escalation)
    if EscalationState.WITHDRAWN not in MOVES[escalation.state]:
        raise StalePage(IS_BY_NOW[escalation.state])
    refuse_if_changed_since(seen, now=approval_mark_of(escalation))
    _take_back(work, escalation, because="withdrawn_by_us")
    news.notify_person(
        work,
        escalation.case_id,
        escalation.drafted_by,
        NewsKind.REQUEST_OVER,
        request_id=escalation.id,
    )


def withdraw_requests_without_consent(work: Work, case_id: str) -> None:
    """Withdraw every request whose consent was withdrawn. Drafts stay: they cannot be sent without
    it.

    Safe to run twice, and late: what has been taken back is not taken back again.
    """
    work.require(may_withdraw_without_consent, case_id)
    lock_case_first(work, case_id)
    found = (
        select(Escalation)
        .where(Escalation.case_id == case_id, Escalation.state != EscalationState.DRAFT)
        .order_by(Escalation.id)
        .with_for_update(of=Escalation)
        .execution_options(populate_existing=True)
    )
    for escalation in work.session.scalars(found).all():
        movable = EscalationState.WITHDRAWN in MOVES[escalation.state]
        if movable and queries.consent_for_request(work, escalation) is None:
            _take_back(work, escalation, because="consent_withdrawn")
            news.notify_owner(work, case_id, NewsKind.REQUEST_OVER, request_id=escalation.id)


def _take_back(work: Work, escalation: Escalation, *, because: str) -> None:
    delivery = queries.delivery_of_request(work, escalation)
    may_know = delivery is not None and _may_partner_know(delivery)
    if delivery is not None and delivery.state is not DeliveryState.ACCEPTED:
        cancel_delivery(work, delivery, because=because)
    escalation.move_to(EscalationState.WITHDRAWN)
    clocks.stop_both_clocks(work, escalation)
    work.record("escalation.withdrawn", escalation, because=because)
    if not escalation.case.is_closed:  # a case that its reporter took back stays closed
        case_pausing.resume_case_after_partner(work, escalation.case)
    if may_know:
        work.enqueue("escalations.tell_partner", escalation_id=escalation.id, about="withdrawal")


def _may_partner_know(delivery: Delivery) -> bool:
    """Whether the partner may know of a request: without a desk of what may have arrived, at the
    desk of what was tried, because it stands in their inbox from then on."""
    has_no_desk = not delivery.escalation.is_at_desk
    return delivery.may_have_arrived if has_no_desk else bool(delivery.attempts)
