"""Operations of a partner's people on a request: open, acknowledge, ask, decide. Every word from
them wakes the case."""

from datetime import timedelta
from typing import Final

from helpdesk.cases.events import AnswerAwaitsReporter
from helpdesk.cases.models.news import NewsKind
from helpdesk.core.errors import Conflict, NotAllowed, NotFound, StalePage
from helpdesk.core.recent_times import happened_within
from helpdesk.core.stale_page_marks import refuse_if_changed_since
from helpdesk.core.work import Work
from helpdesk.escalations import queries
from helpdesk.escalations.decision_rules import UNFITTING, actions_taken
from helpdesk.escalations.models import Escalation, PartnerDecision
from helpdesk.escalations.operations import partner_responses
from helpdesk.escalations.operations.delivery_attempts import is_delivery_stopped, mark_delivered
from helpdesk.escalations.operations.locking import (
    lock_refreshed_request,
    lock_request_if_unchanged,
)
from helpdesk.escalations.packets import Packet, hash_packet_text, parse_packet
from helpdesk.escalations.policy import may_receive_request
from helpdesk.escalations.stale_page_marks import (
    action_before_withdrawal_mark_of,
)
from helpdesk.escalations.states import OPEN_TO_PARTNER, EscalationState, PartnerAction, Reason

NOTED_ONCE_IN: Final = timedelta(hours=1)
# In history: it was not only read, they have it in a file.
EXPORTED: Final = "exported"
CLOSED: Final = "This request is closed, so its content is no longer shown."
STOPPED: Final = (
    "This request was stopped before it reached you. You don’t have to do anything about it."
)
IN_DOUBT: Final = (
    "We are checking who your team is, so requests can’t be opened or answered until that is done."
    " Nothing is lost. Please call the helpdesk."
)
WITHDRAWN: Final = (
    "This request was withdrawn. Please take no further action on it. If you had already acted,"
    " tell us on its page."
)
NOT_WITHDRAWN: Final = "This request was not withdrawn. Please tell us what you did by deciding."
NOT_LET_IN: Final = (
    "You don’t have access yet. Someone in your team who can read requests has to do this."
)


def open_packet_and_record(work: Work, escalation: Escalation) -> Packet:
    """Open a packet with the partner's key, and record the reading for our side, once an hour for
    each person; by a link, each time."""
    packet = _open_and_record(work, escalation, is_export=False)
    escalation.untold_since = None  # what is new on it lies before them
    return packet


def open_packet_for_export(work: Work, escalation: Escalation) -> Packet:
    """Open a packet for a partner's export, and record that. Our side sees that as well, and what
    is new on the request stays untold: it is not in the file."""
    return _open_and_record(work, escalation, is_export=True)


def _open_and_record(work: Work, escalation: Escalation, *, is_export: bool) -> Packet:
    work.require(may_receive_request, escalation)
    if is_export:
        work.session.refresh(escalation)
    # Who only reads what has arrived overwrites nothing, and a file of very many would keep all
    # their cases from others until it is made.
    if not is_export or escalation.state is EscalationState.DISPATCHING:
        lock_refreshed_request(work, escalation)
    _refuse_who_cannot_read(work, escalation)
    if escalation.state not in OPEN_TO_PARTNER:
        raise StalePage(CLOSED)
    if queries.consent_for_request(work, escalation) is None:
        # The worker that closes the request may be late; the consent is not.
        raise StalePage("This request was withdrawn, so its content is no longer shown.")
    text = _open(work, escalation)
    packet = parse_packet(text)
    _note_arrival(work, escalation)
    # Of a link, nobody knows who holds it: every view is noted.
    if work.actor.request_id is not None or not _was_noted(work, escalation, is_export=is_export):
        work.record("escalation.read", escalation, **({EXPORTED: True} if is_export else {}))
    return packet


def require_let_in_to_see_outcome(work: Work, escalation: Escalation) -> None:
    """Require that the actor was given access at the partner, to see how a request ended."""
    work.require(may_receive_request, escalation)
    if work.actor.request_id is not None:
        raise NotFound  # a link that is over opens nothing
    if escalation.partner.team_id not in work.actor.accessible_teams:
        raise NotAllowed(NOT_LET_IN)


def acknowledge_request(work: Work, escalation: Escalation) -> None:
    """Acknowledge a request, as the partner. Their clock goes on, now towards a decision."""
    work.require(may_receive_request, escalation)
    _hold_what_one_can_read(work, escalation)
    _note_arrival(work, escalation)
    partner_responses.acknowledge(work, escalation)
    work.record("escalation.acknowledged", escalation)


def ask_for_information(work: Work, escalation: Escalation, *, question: str) -> None:
    """Ask us for more information, as the partner: it is our move, and the case wakes up."""
    work.require(may_receive_request, escalation)
    _hold_what_one_can_read(work, escalation)
    _note_arrival(work, escalation)
    exchange = partner_responses.ask(work, escalation, question)
    work.record("escalation.asked", escalation, exchange_id=exchange.id)


def record_partner_decision(
    work: Work,
    escalation: Escalation,
    *,
    action: PartnerAction,
    reason: Reason,
    note: str = "",
    corrects: str = "",
    seen: str | None = None,
) -> None:
    """Record the partner's decision and its reason. Whether it is really fixed is for the reporter
    to say.

    Until the reporter has said so, a new one puts the last one right, which it names in
    `corrects`: that stays, as corrected. `seen` is the mark of the last decision, and of what was
    said of it, on the page where they decided.
    """
    work.require(may_receive_request, escalation)
    _hold_what_one_can_read(work, escalation)
    partner_responses.refuse_to_decide(
        work, escalation, action=action, reason=reason, corrects=corrects, seen=seen
    )
    _note_arrival(work, escalation)
    decision = partner_responses.decide(work, escalation, action=action, reason=reason, note=note)
    work.record(
        "escalation.decided",
        escalation,
        decision_id=decision.id,
        ask=escalation.ask,
        outcome=action,
        reason=reason,
        corrects=corrects or None,
    )


def record_action_before_withdrawal(
    work: Work, escalation: Escalation, *, action: PartnerAction, note: str, seen: str | None = None
) -> None:
    """Record what the partner had done before the request was withdrawn, and when. It moves
    nothing: the request stays withdrawn, and its content closed to them. `seen` is the mark of what
    they had told us like this on the page."""
    work.require(may_receive_request, escalation)
    lock_request_if_unchanged(work, escalation)
    _refuse_who_cannot_read(work, escalation)
    if not queries.is_withdrawn_or_about_to_be(work, escalation):
        raise Conflict(NOT_WITHDRAWN)
    if action not in actions_taken(escalation.ask):
        raise Conflict(UNFITTING)
    refuse_if_changed_since(seen, now=action_before_withdrawal_mark_of(work, escalation))
    done = PartnerDecision(
        case=escalation.case,
        case_id=escalation.case_id,
        escalation_id=escalation.id,
        action=action,
        reason=Reason.OTHER,
        at=work.at,
        by=work.actor.id,
        is_after_withdrawal=True,
    )
    done.note = work.keys.seal(done, "note", note)
    done.note_for_partner = partner_responses.seal_for_partner(
        work, escalation, done, "note_for_partner", note
    )
    work.session.add(done)
    work.record("escalation.acted_before", escalation, decision_id=done.id, outcome=action)
    partner_responses.wake(work, escalation, NewsKind.ACTED_BEFORE)
    work.announce(AnswerAwaitsReporter(escalation.case_id))  # it stands in their mailbox


def set_partner_ticket(work: Work, escalation: Escalation, *, ticket: str) -> None:
    """Set the partner's own reference of a request; empty takes it away."""
    work.require(may_receive_request, escalation)
    _hold_what_one_can_read(work, escalation)
    if escalation.state not in OPEN_TO_PARTNER:
        raise StalePage("This request is closed.")
    escalation.ticket = escalation.ticket_for_partner = None
    if ticket:
        escalation.ticket = work.keys.seal(escalation, "ticket", ticket)
        escalation.ticket_for_partner = partner_responses.seal_for_partner(
            work, escalation, escalation, "ticket_for_partner", ticket
        )
    work.record("escalation.ticket_noted", escalation)


def _hold_what_one_can_read(work: Work, escalation: Escalation) -> None:
    lock_request_if_unchanged(work, escalation)
    _refuse_who_cannot_read(work, escalation)
    is_withdrawn = escalation.state is EscalationState.WITHDRAWN
    # The worker that takes the request back may be late here, too.
    if is_withdrawn or queries.consent_for_request(work, escalation) is None:
        raise StalePage(WITHDRAWN)


def _refuse_who_cannot_read(work: Work, escalation: Escalation) -> None:
    """The helpdesk invites people of a partner, and only the partner's own people let them in.
    Until then nobody answers in the partner's name. Nor while the helpdesk doubts who they are:
    what has arrived stays closed, and is there again when they were vetted."""
    if escalation.partner_key_id is None:
        raise NotFound
    if not work.keys.holds(escalation.partner_key_id):
        raise NotAllowed(NOT_LET_IN)
    work.session.refresh(escalation.partner)  # as it is now: it may have been read long before
    if not escalation.partner.is_vetted:
        raise Conflict(IN_DOUBT)


def _open(work: Work, escalation: Escalation) -> str:
    """The packet in the partner's envelope, if it is the one that was approved."""
    text = queries.open_for_partner(work, escalation, escalation, "packet_for_partner")
    if hash_packet_text(text) != escalation.packet_hash:
        raise Conflict(
            "This isn’t what we sent you. Please don’t act on it, and tell the helpdesk."
        )
    return text


def _was_noted(work: Work, escalation: Escalation, *, is_export: bool) -> bool:
    return any(
        entry.actor_id == work.actor.id
        and bool(entry.details.get(EXPORTED)) is is_export
        and happened_within(entry.at, NOTED_ONCE_IN, at=work.at)
        for entry in queries.packet_readings_of(work, escalation)
    )


def _note_arrival(work: Work, escalation: Escalation) -> None:
    """They have it in hand: whatever the mail server said, it has arrived.

    The letter is only a link. So what stops a letter at the last moment stops this, too.
    """
    if escalation.state is EscalationState.DISPATCHING:
        delivery = queries.delivery_of_request(work, escalation)
        if delivery is None:
            raise NotFound
        if is_delivery_stopped(work, delivery):
            raise StalePage(STOPPED)
        mark_delivered(work, delivery)
