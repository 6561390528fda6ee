"""Operations of whoever carries a request to a form of theirs: open the text to copy, say that it
was sent, or that it was not.

Nothing is shown to copy before consent and approvals hold at that very moment, nor once it was
withdrawn. Who opened the text answers for it: it may have been sent from then on, and they alone
can say how it was, also after a colleague has taken it over.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from helpdesk.core.errors import Conflict, NotFound, StalePage
from helpdesk.core.stale_page_marks import refuse_if_changed_since
from helpdesk.core.work import Work
from helpdesk.escalations import queries
from helpdesk.escalations.models import Delivery, DeliveryAttempt, Escalation
from helpdesk.escalations.operations.approving import refuse_if_gates_closed
from helpdesk.escalations.operations.delivery_attempts import (
    end_attempt,
    mark_delivered,
    settle_attempt,
    why_not_carried_by_hand,
)
from helpdesk.escalations.operations.locking import lock_request_and_case
from helpdesk.escalations.packets import Packet, hash_packet_text, parse_packet
from helpdesk.escalations.policy import may_carry_by_hand
from helpdesk.escalations.staff_and_partner_labels import TROUBLES
from helpdesk.escalations.stale_page_marks import carrier_mark_of
from helpdesk.escalations.states import DeliveryState, EscalationState

NOT_AGREED: Final = (
    "The reporter has withdrawn their consent, so this request is being withdrawn. Please don’t"
    " send it."
)
NOT_NOW: Final = "This request is not waiting to be filled in."
OPEN_FIRST: Final = "Open the text to copy first. Only the person who opened it can say so."
NOT_THEN: Final = (
    "Type the time at which you sent it, in UTC: after you opened the text, and not in the future."
)


def open_text_to_copy(work: Work, escalation: Escalation, *, seen: str | None = None) -> None:
    """Open the approved text, to copy it into a form of theirs. It may have been sent from then on,
    and history says who has it open. Whoever opens what a colleague has open takes it over: `seen`
    is the mark of who had it on the page."""
    work.require(may_carry_by_hand, escalation)
    lock_request_and_case(work, escalation)
    delivery = _delivery_to_carry(work, escalation)
    refuse_if_changed_since(seen, now=carrier_mark_of(delivery))
    _refuse_what_does_not_hold(work, escalation, delivery)
    if (before := delivery.open_attempt) is not None:
        if before.by == work.actor.id:
            return
        end_attempt(work, delivery, DeliveryState.UNCERTAIN, "taken_over")
    number = len(delivery.attempts) + 1
    delivery.attempts.append(
        DeliveryAttempt(delivery_id=delivery.id, number=number, began_at=work.at, by=work.actor.id)
    )
    delivery.state = DeliveryState.SENDING
    escalation.move_to(EscalationState.DISPATCHING)
    work.record("delivery.opened_to_copy", delivery, number=number)


def text_to_copy(work: Work, escalation: Escalation) -> Packet:
    """The text to copy, for whoever has it open: exactly what was approved, if all that it rests on
    still holds."""
    work.require(may_carry_by_hand, escalation)
    delivery = _delivery_to_carry(work, escalation)
    if (attempt := delivery.open_attempt) is None or attempt.by != work.actor.id:
        raise StalePage(OPEN_FIRST)
    _refuse_what_does_not_hold(work, escalation, delivery)
    text = work.keys.open(escalation, "packet")
    if hash_packet_text(text) != escalation.packet_hash:
        raise Conflict(TROUBLES["packet_changed"])
    return parse_packet(text)


def record_sent_by_hand(
    work: Work, escalation: Escalation, *, sent_at: datetime, reference: str = ""
) -> None:
    """Record that one of us sent it by a form of theirs, and when: their clock runs from then. The
    reference is what the form gave for it. Who had the text open at first can say so, whoever has
    taken it over since.

    What was sent was sent: that is recorded also where it was withdrawn meanwhile. Then they have
    to be told, and the page says so until somebody has. Where a colleague has said before that they
    sent it, the partner's clock stays as it is.
    """
    work.require(may_carry_by_hand, escalation)
    lock_request_and_case(work, escalation)
    delivery, attempts = _own_attempts_to_settle(work, escalation)
    if refusal := why_not_sent_then(work, escalation, sent_at):
        raise Conflict(refusal)
    sending = _begun_by(attempts, sent_at)[-1]
    for one in attempts:
        result = DeliveryState.ACCEPTED if one is sending else DeliveryState.DEFERRED
        settle_attempt(work, delivery, one, result)
    if reference:
        before = work.keys.open(escalation, "ticket") if escalation.ticket is not None else ""
        told = f"{before}, {reference}" if before else reference
        escalation.ticket = work.keys.seal(escalation, "ticket", told)
    is_withdrawn = escalation.state is EscalationState.WITHDRAWN
    work.record(
        "escalation.sent_by_hand",
        escalation,
        sent_at=sent_at.isoformat(),
        has_reference=bool(reference),
        after_withdrawal=is_withdrawn,
    )
    if is_withdrawn:
        delivery.accepted_at = delivery.accepted_at or sent_at
        escalation.untold_since = escalation.untold_since or work.at
    elif escalation.is_to_be_filled_in:
        mark_delivered(work, delivery, at=sent_at)


def why_not_sent_then(work: Work, escalation: Escalation, sent_at: datetime) -> str:
    """The sentence that says why somebody cannot have sent it at that time; empty if they can.

    No rule: it changes nothing.
    """
    _delivery, attempts = _own_attempts_to_settle(work, escalation)
    return "" if _begun_by(attempts, sent_at) and sent_at <= work.at else NOT_THEN


def record_not_sent(work: Work, escalation: Escalation) -> bool:
    """Record that somebody who had the text open did not send it, and close it to them. Says
    whether it waits again: not where a colleague has it open, or it was stopped, sent or withdrawn
    meanwhile. Of what was withdrawn they have nothing to be told, unless somebody else may have
    sent it."""
    work.require(may_carry_by_hand, escalation)
    lock_request_and_case(work, escalation)
    delivery, attempts = _own_attempts_to_settle(work, escalation)
    for one in attempts:
        settle_attempt(work, delivery, one, DeliveryState.DEFERRED)
    if delivery.state is DeliveryState.SENDING and delivery.open_attempt is None:
        delivery.state = DeliveryState.PENDING
    if delivery.state is DeliveryState.PENDING and not delivery.may_have_arrived:
        escalation.wait_to_be_filled_in_again()
    if escalation.untold_since is not None and not delivery.may_have_arrived:
        escalation.untold_since = None
        work.record("escalation.nothing_to_tell_partner", escalation)
    return delivery.state is DeliveryState.PENDING


def _delivery_to_carry(work: Work, escalation: Escalation) -> Delivery:
    delivery = queries.delivery_of_request(work, escalation)
    if delivery is None or not escalation.is_to_be_filled_in:
        raise StalePage(NOT_NOW)
    return delivery


def _own_attempts_to_settle(
    work: Work, escalation: Escalation
) -> tuple[Delivery, Sequence[DeliveryAttempt]]:
    delivery = queries.delivery_of_request(work, escalation)
    if delivery is None:
        raise NotFound
    own = [one for one in delivery.unsettled_attempts if one.by == work.actor.id]
    if not own:
        raise StalePage(OPEN_FIRST)
    return delivery, own


def _begun_by(attempts: Sequence[DeliveryAttempt], at: datetime) -> Sequence[DeliveryAttempt]:
    """Those of the attempts that had begun by then, to the minute, as a form has it."""
    return [one for one in attempts if one.began_at.replace(second=0, microsecond=0) <= at]


def _refuse_what_does_not_hold(work: Work, escalation: Escalation, delivery: Delivery) -> None:
    trouble = why_not_carried_by_hand(work, delivery)
    if trouble == "consent_withdrawn":
        raise Conflict(NOT_AGREED)
    if trouble:
        raise Conflict(TROUBLES.get(trouble, NOT_NOW))
    refuse_if_gates_closed(work, escalation)
