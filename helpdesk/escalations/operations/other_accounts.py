"""Requests for another account than the one of which ownership is confirmed by now."""

from typing import Final

from sqlalchemy import select

from helpdesk.cases.models import Case
from helpdesk.core.work import Work
from helpdesk.escalations import case_pausing, request_basis
from helpdesk.escalations.models import Delivery, Escalation
from helpdesk.escalations.operations.delivery_attempts import lock_delivery, mark_undeliverable
from helpdesk.escalations.states import ANOTHER_ACCOUNT, UNDER_WAY, DeliveryState, EscalationState

# Whoever carries it or opens it at the desk cannot read of which account it was confirmed.
NOT_DECIDED: Final = UNDER_WAY | {EscalationState.APPROVED, EscalationState.DISPATCHING}
MAY_ARRIVE: Final = frozenset(DeliveryState) - {DeliveryState.ACCEPTED, DeliveryState.CANCELLED}


def stop_requests_for_other_accounts(work: Work, case: Case) -> None:
    """Stop requests of a case for another account than the one of which ownership is confirmed:
    what was approved is not sent, and a person looks at it and withdraws it, or sends it again
    through the gates. Of what lies with a partner, who has the case and who wrote it hear, and the
    case wakes.

    No rule: whoever may find out whose an account is comes through here.
    """
    work.session.flush()
    found = (
        select(Delivery.id)
        .join(Escalation, Escalation.id == Delivery.escalation_id)
        .where(
            Escalation.case_id == case.id,
            Escalation.state.in_(NOT_DECIDED),
        )
    )
    for delivery_id in work.session.scalars(found.order_by(Delivery.id)).all():
        delivery = lock_delivery(work, delivery_id)
        if delivery is None:
            continue
        is_so = request_basis.is_for_another_account(work, delivery.escalation)
        delivery.escalation.is_about_another_account = is_so
        if is_so:
            _stop(work, delivery)


def _stop(work: Work, delivery: Delivery) -> None:
    escalation = delivery.escalation
    if escalation.state in UNDER_WAY:
        case_pausing.wake_case_for_request(work, escalation)
    elif delivery.state in MAY_ARRIVE and not request_basis.was_stopped_for_another_account(
        work, delivery
    ):
        mark_undeliverable(work, delivery, ANOTHER_ACCOUNT)
