"""Operations of staff who enter what a partner without a desk answered, by their form or by email.
It counts as if it had been written at the partner desk."""

from helpdesk.core.errors import StalePage
from helpdesk.core.work import Work
from helpdesk.escalations import queries
from helpdesk.escalations.models import Delivery, Escalation
from helpdesk.escalations.operations import partner_responses
from helpdesk.escalations.operations.delivery_attempts import mark_delivered
from helpdesk.escalations.operations.locking import lock_request_and_case
from helpdesk.escalations.policy import may_enter_answers
from helpdesk.escalations.states import EscalationState, PartnerAction, Reason

SAY_FIRST = "Record first that the request was sent."


def enter_acknowledgement(work: Work, escalation: Escalation) -> None:
    """Enter that the partner has confirmed that they have it."""
    work.require(may_enter_answers, escalation)
    _hold_what_was_sent(work, escalation)
    partner_responses.acknowledge(work, escalation)
    work.record("escalation.acknowledgement_entered", escalation)


def enter_question(work: Work, escalation: Escalation, *, question: str) -> None:
    """Enter what the partner asked us. Our answer goes the way of every answer, through whoever has
    to read it, and is then copied to them."""
    work.require(may_enter_answers, escalation)
    _hold_what_was_sent(work, escalation)
    exchange = partner_responses.ask(work, escalation, question)
    escalation.openpgp_answer = None  # to what they had asked before
    work.record("escalation.question_entered", escalation, exchange_id=exchange.id)


def enter_decision(
    work: Work,
    escalation: Escalation,
    *,
    action: PartnerAction,
    reason: Reason,
    note: str = "",
    corrects: str = "",
    seen: str | None = None,
) -> None:
    """Enter what the partner decided, and why; `note` is what they wrote. A later one puts the last
    one right, which it names in `corrects`. `seen` is the mark of the last one on the page."""
    work.require(may_enter_answers, escalation)
    _hold_what_was_sent(work, escalation)
    partner_responses.refuse_to_decide(
        work, escalation, action=action, reason=reason, corrects=corrects, seen=seen
    )
    decision = partner_responses.decide(work, escalation, action=action, reason=reason, note=note)
    escalation.openpgp_answer = None
    work.record(
        "escalation.decision_entered",
        escalation,
        decision_id=decision.id,
        ask=escalation.ask,
        outcome=action,
        reason=reason,
        corrects=corrects or None,
    )


def _hold_what_was_sent(work: Work, escalation: Escalation) -> None:
    lock_request_and_case(work, escalation)
    if escalation.state not in (EscalationState.APPROVED, EscalationState.DISPATCHING):
        return
    delivery = queries.delivery_of_request(work, escalation)
    if escalation.is_by_form or delivery is None or not _may_be_there(delivery):
        raise StalePage(SAY_FIRST)
    mark_delivered(work, delivery)  # they answer, so they have it


def _may_be_there(delivery: Delivery) -> bool:
    return bool(delivery.attempts) and delivery.may_have_arrived
