"""After a backup was restored: requests that the house which sent last may have carried already."""

from collections.abc import Sequence

from sqlalchemy import select

from helpdesk.core.work import Work
from helpdesk.escalations.models import Attempt, Delivery
from helpdesk.escalations.operations.carrying import WAITING, end_attempt, give_up, locked
from helpdesk.escalations.standing import DeliveryStanding

RESTORED = "restored"


def under_way(work: Work) -> Sequence[Delivery]:
    """Requests that this database believes not to have arrived yet, in the order they were made."""
    open_ones = (*WAITING, DeliveryStanding.SENDING)
    found = select(Delivery).where(Delivery.standing.in_(open_ones)).order_by(Delivery.id)
    return work.session.scalars(found).all()


def doubt(work: Work, delivery: Delivery) -> None:
    """It may have arrived already: the partner's letter says so when it goes, under the same id.

    No rule: whoever releases a restored database comes through here.
    """
    delivery = _under_a_lock(work, delivery)
    if delivery.standing is not DeliveryStanding.SENDING:
        number = len(delivery.attempts) + 1
        delivery.attempts.append(Attempt(delivery_id=delivery.id, number=number, began_at=work.at))
    end_attempt(work, delivery, DeliveryStanding.UNCERTAIN, RESTORED)
    delivery.standing = DeliveryStanding.UNCERTAIN
    delivery.fence += 1
    delivery.leased_until = None


def leave(work: Work, delivery: Delivery) -> None:
    """It is not carried: who wrote it sees that, and can have it carried again.

    No rule: whoever releases a restored database comes through here.
    """
    delivery = _under_a_lock(work, delivery)
    doubt(work, delivery)
    give_up(work, delivery, RESTORED)


def _under_a_lock(work: Work, delivery: Delivery) -> Delivery:
    return locked(work, delivery.id) or delivery
