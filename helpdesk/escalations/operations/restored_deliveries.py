"""Deliveries after a backup was restored: requests that may have been delivered before already."""

from collections.abc import Sequence

from sqlalchemy import select

from helpdesk.core.work import Work
from helpdesk.escalations.models import Delivery, DeliveryAttempt
from helpdesk.escalations.operations.delivery_attempts import (
    WAITING,
    end_attempt,
    lock_delivery,
    mark_undeliverable,
)
from helpdesk.escalations.states import DeliveryState

RESTORED = "restored"


def undelivered_deliveries(work: Work) -> Sequence[Delivery]:
    """Deliveries that this database believes not to have arrived yet, in the order they were
    made."""
    open_ones = (*WAITING, DeliveryState.SENDING)
    found = select(Delivery).where(Delivery.state.in_(open_ones)).order_by(Delivery.id)
    return work.session.scalars(found).all()


def mark_possibly_delivered(work: Work, delivery: Delivery) -> None:
    """Mark a delivery as possibly arrived already: the partner's email says so, under the same id;
    where one of us fills in a form of theirs, the page with the text does.

    No rule: whoever releases a restored database comes through here.
    """
    delivery = _under_a_lock(work, delivery)
    if delivery.state is not DeliveryState.SENDING:
        number = len(delivery.attempts) + 1
        delivery.attempts.append(
            DeliveryAttempt(delivery_id=delivery.id, number=number, began_at=work.at)
        )
    end_attempt(work, delivery, DeliveryState.UNCERTAIN, RESTORED)
    delivery.state = DeliveryState.UNCERTAIN
    delivery.revoke_lease()


def leave_delivery_unsent(work: Work, delivery: Delivery) -> None:
    """Leave a delivery unsent: who wrote it sees that, and can have it sent again.

    No rule: whoever releases a restored database comes through here.
    """
    delivery = _under_a_lock(work, delivery)
    mark_possibly_delivered(work, delivery)
    mark_undeliverable(work, delivery, RESTORED)


def _under_a_lock(work: Work, delivery: Delivery) -> Delivery:
    return lock_delivery(work, delivery.id) or delivery
