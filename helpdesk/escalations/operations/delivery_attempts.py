"""Operations around each delivery attempt: what the worker records before and after it.

Between them the letter goes out, with no transaction open. What is checked at the last moment
before it: consents valid now, nothing denied by the reporter, the partner still vetted and asked,
what the request rests on and what they may receive as it was, the packet unchanged since its
approval.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import load_only

from helpdesk.cases import news, past_disputes
from helpdesk.cases.models.news import NewsKind
from helpdesk.core.history import HistoryEntry
from helpdesk.core.history_details import text_in, texts_in
from helpdesk.core.leased_tasks import RetryPlan
from helpdesk.core.work import Work
from helpdesk.escalations import case_pausing, clocks, queries, request_basis
from helpdesk.escalations.channel_routing import is_route_lost
from helpdesk.escalations.channels import adapter_of
from helpdesk.escalations.models import Delivery, DeliveryAttempt, Escalation
from helpdesk.escalations.operations.locking import lock_case_first
from helpdesk.escalations.operations.partners_in_doubt import hold_up_request
from helpdesk.escalations.partner_links import token_of_live_link
from helpdesk.escalations.policy import may_deliver_requests
from helpdesk.escalations.priorities import FROM_LEVEL, may_be_sent_before_review
from helpdesk.escalations.states import (
    ANOTHER_ACCOUNT,
    DeliveryState,
    EscalationState,
    Priority,
)
from helpdesk.partners import queries as partners
from helpdesk.partners.deadlines import first_sign_due
from helpdesk.partners.models import PartnerChannel
from helpdesk.partners.response_times import format_in_both_zones

LEASE: Final = timedelta(minutes=2)
# After these many troubles in a row a person has to look.
BACKOFF: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
RETRIES: Final = RetryPlan(BACKOFF)
NO_TIME: Final = timedelta(0)
# What stopped it was about what it says: it stays shut until somebody has looked and sends it
# again, though what stopped it may be gone by then.
MAY_HAVE_ARRIVED: Final = "may_have_arrived"
KEY_EXPIRED: Final = "openpgp_key_expired"
LOOKED_AT_FIRST: Final = frozenset(
    {
        "facts_taken_back",
        "denied_by_reporter",
        "needs_second_person",
        "fields_not_allowed",
        "channel_changed",
        "packet_changed",
        ANOTHER_ACCOUNT,
    }
)
WAITING: Final = (
    DeliveryState.PENDING,
    DeliveryState.DEFERRED,
    DeliveryState.UNCERTAIN,
)


@dataclass(frozen=True)
class StartedAttempt:
    """A started delivery attempt: what to write in the email, and the fence that its result must
    match.

    `due` is in words, in UTC and in the partner's zone.
    """

    delivery_id: str
    fence: int
    to: str
    ref: str
    priority: Priority
    due: str
    is_repeat: bool
    # The request itself, where it goes by email that nobody here can open; empty elsewhere.
    encrypted: str = ""
    # The secret in the link, where they open it by one; empty elsewhere.
    link: str = field(default="", repr=False)


def begin_attempt(work: Work, delivery_id: str) -> StartedAttempt | None:
    """Begin a delivery attempt, or say that there is nothing to deliver. Safe to run twice."""
    delivery = lock_delivery(work, delivery_id)
    work.require(may_deliver_requests, delivery)
    if delivery is None or delivery.escalation.is_by_form:
        return None
    if delivery.state is DeliveryState.SENDING:
        if not _abandoned(work, delivery):
            return None
        if _is_for_a_person(delivery):
            mark_undeliverable(work, delivery, MAY_HAVE_ARRIVED)
            return None
        if _next_pause(delivery) is None:
            mark_undeliverable(work, delivery)
            return None
    elif delivery.state is DeliveryState.UNCERTAIN and _is_for_a_person(delivery):
        mark_undeliverable(work, delivery, MAY_HAVE_ARRIVED)
        return None
    elif delivery.state not in WAITING or _too_early(work, delivery):
        return None
    if _refused(work, delivery):
        return None
    link = token_of_live_link(work, delivery.escalation) if delivery.escalation.is_by_link else ""
    if delivery.escalation.is_by_link and not link:
        if not delivery.escalation.needs_link:
            mark_undeliverable(work, delivery, "link_ended")
        return None
    return _begin(work, delivery, link)


def record_attempt_result(
    work: Work, parcel: StartedAttempt, *, result: DeliveryState, trouble: str = ""
) -> None:
    """Record the result of a delivery attempt, unless another worker does the delivery by now."""
    delivery = lock_delivery(work, parcel.delivery_id)
    work.require(may_deliver_requests, delivery)
    if delivery is None:
        return
    if delivery.state is not DeliveryState.SENDING or not delivery.is_held_with_fence(parcel.fence):
        work.record("delivery.result_came_late", delivery, fence=parcel.fence, result=result)
        return
    end_attempt(work, delivery, result, trouble)
    match result:
        case DeliveryState.ACCEPTED:
            mark_delivered(work, delivery)
        case DeliveryState.REJECTED:
            mark_undeliverable(work, delivery)
        case DeliveryState.UNCERTAIN if _is_for_a_person(delivery):
            mark_undeliverable(work, delivery, MAY_HAVE_ARRIVED)
        case _:
            _try_later(work, delivery, result)


def mark_delivered(work: Work, delivery: Delivery, *, at: datetime | None = None) -> None:
    """Mark a request as delivered: our clock stops, the partner's starts, the case waits for them.
    `at` is when it was, if that is not now: their time began then.

    No rule: the worker says so after the server took it, the partner by opening it, or whoever
    filled in a form of theirs.
    """
    escalation, arrived_at = delivery.escalation, at or work.at
    delivery.state, delivery.accepted_at = DeliveryState.ACCEPTED, arrived_at
    delivery.revoke_lease()  # an attempt that is under way has nothing more to tell
    delivery.retry_at = None
    escalation.move_to(EscalationState.WITH_PARTNER)
    due = first_sign_due(escalation.partner, escalation.priority, arrived_at)
    left = max(due - work.at, NO_TIME)
    clocks.start_partner_clock(work, escalation, within=left)
    work.record("escalation.with_partner", escalation, delivery_id=delivery.id)
    case_pausing.rest_case_with_partner(work, escalation.case)
    if escalation.is_held_up:  # in doubt since the letter was on its way
        hold_up_request(work, escalation)


def cancel_delivery(work: Work, delivery: Delivery, *, because: str) -> None:
    """Cancel a delivery. An attempt that is under way can no longer say how it went.

    No rule: whoever may withdraw a request comes through here.
    """
    delivery.state = DeliveryState.CANCELLED
    delivery.revoke_lease()
    delivery.retry_at = None
    work.record("delivery.cancelled", delivery, because=because)


def is_delivery_stopped(work: Work, delivery: Delivery) -> bool:
    """Whether a delivery is stopped: it may not arrive any more, neither by email nor by being
    opened at the desk.

    No rule: it changes nothing.
    """
    escalation = delivery.escalation
    trouble = _trouble_with_partner(work, escalation) or _trouble_with_content(work, escalation)
    return bool(trouble) or _waits_to_be_looked_at(work, delivery) or not _is_agreed(work, delivery)


def why_not_carried_by_hand(work: Work, delivery: Delivery) -> str:
    """The code that says why nobody may carry this to a form of theirs now, or make a link to it;
    empty if they may.

    No rule: it changes nothing.
    """
    if not _is_agreed(work, delivery):
        return "consent_withdrawn"
    if _waits_to_be_looked_at(work, delivery):
        return queries.failure_code_of_delivery(work, delivery)
    trouble = _trouble_with_partner(work, delivery.escalation) or _trouble_with_content(
        work, delivery.escalation
    )
    return trouble or ("" if _is_as_approved(work, delivery) else "packet_changed")


def _waits_to_be_looked_at(work: Work, delivery: Delivery) -> bool:
    return (
        delivery.state is DeliveryState.DEAD_LETTER
        and queries.failure_code_of_delivery(work, delivery) in LOOKED_AT_FIRST
    )


def lock_delivery(work: Work, delivery_id: str) -> Delivery | None:
    """Lock a delivery and its request: all that happens to one waits in line."""
    delivery = select(Delivery).where(Delivery.id == delivery_id)
    request = delivery.with_only_columns(Delivery.escalation_id).scalar_subquery()
    held = select(Escalation.id, Escalation.case_id).where(Escalation.id == request)
    if (found := work.session.execute(held).first()) is not None:
        lock_case_first(work, found.case_id)
        work.session.execute(held.with_for_update())
    return work.session.scalar(delivery.execution_options(populate_existing=True))


def _is_for_a_person(delivery: Delivery) -> bool:
    """Whether somebody has to decide about what may have arrived: the email is the request itself,
    and a second one may be done twice over there."""
    return delivery.escalation.is_by_openpgp


def _abandoned(work: Work, delivery: Delivery) -> bool:
    """Whether the worker that was sending it is gone; if it may still live, look again later."""
    if delivery.leased_until is not None and delivery.is_leased(work.at):
        rest = delivery.leased_until - work.at + timedelta(seconds=1)
        work.enqueue("escalations.deliver", after=rest, delivery_id=delivery.id)
        return False
    end_attempt(work, delivery, DeliveryState.UNCERTAIN, "worker_gone")
    return True


def _too_early(work: Work, delivery: Delivery) -> bool:
    """Whether the time that was set is still to come: then a job stands for it. One that came early
    sees to that itself, and a time later than any pause is of a clock that was ahead."""
    rest = delivery.retry_at - work.at if delivery.retry_at is not None else NO_TIME
    if not NO_TIME < rest <= max(BACKOFF):
        return False
    work.enqueue("escalations.deliver", after=rest, delivery_id=delivery.id)
    return True


def _refused(work: Work, delivery: Delivery) -> bool:
    """The checks of the last moment. What they stop never leaves."""
    escalation = delivery.escalation
    if not _is_agreed(work, delivery):
        cancel_delivery(work, delivery, because="consent_withdrawn")
        escalation.move_to(EscalationState.WITHDRAWN)
        clocks.stop_both_clocks(work, escalation)
        work.record("escalation.withdrawn", escalation, because="consent_withdrawn")
        case_pausing.resume_case_after_partner(work, escalation.case)
        news.notify_owner(work, escalation.case_id, NewsKind.REQUEST_OVER, request_id=escalation.id)
        return True
    trouble = _trouble(work, delivery)
    if trouble:
        mark_undeliverable(work, delivery, trouble)
    return bool(trouble)


def _is_agreed(work: Work, delivery: Delivery) -> bool:
    """Whether it may be carried. What may have arrived goes on, unless the platform's own consent
    is gone: to stop that is asked for once more."""
    if queries.consent_for_request(work, delivery.escalation) is None:
        return False
    return delivery.may_have_arrived or queries.has_consent_to_help(work, delivery.escalation)


def _trouble(work: Work, delivery: Delivery) -> str:
    escalation = delivery.escalation
    if trouble := (
        _trouble_with_partner(work, escalation) or _trouble_with_content(work, escalation)
    ):
        return trouble
    if not escalation.partner.can_be_emailed(work.at):
        is_given = partners.was_partner_email_address_given(work, escalation.partner)
        return "mailbox_unconfirmed" if is_given else "no_mailbox"
    if not partners.email_address_of(work, escalation.partner):
        return "no_mailbox"
    if not _is_as_approved(work, delivery):
        return "packet_changed"
    return KEY_EXPIRED if _is_key_expired(work, escalation) else ""


def _is_key_expired(work: Work, escalation: Escalation) -> bool:
    """Whether the key that it is encrypted to has expired since: who holds it may have lost it."""
    ends = select(PartnerChannel.openpgp_expires_at).where(
        PartnerChannel.id == escalation.channel_id
    )
    found = work.session.scalar(ends)
    return found is not None and found <= work.at


def _trouble_with_partner(work: Work, escalation: Escalation) -> str:
    """Why this partner may not be asked this any more, by whatever way it would arrive, or not by
    the one that was approved."""
    if escalation.is_partner_available:
        return "channel_changed" if _is_route_lost(work, escalation) else ""
    return "partner_takes_it_no_more" if escalation.partner.is_vetted else "partner_not_vetted"


def _is_route_lost(work: Work, escalation: Escalation) -> bool:
    """Of a channel no more is read than this: whoever carries may know no more."""
    now = select(PartnerChannel).where(PartnerChannel.id == escalation.channel_id)
    only = load_only(PartnerChannel.onward_disclosure, PartnerChannel.ended_on)
    found = work.session.scalar(now.options(only).execution_options(populate_existing=True))
    return found is None or is_route_lost(escalation, found)


def _trouble_with_content(work: Work, escalation: Escalation) -> str:
    """Why this may not be told to anyone, or not to them, any more: ownership was taken back since
    it was approved, somebody may have spoken for the reporter, it went on one person's word and is
    not that urgent any more, or the list of what they may receive is shorter now."""
    if not request_basis.is_partner_vetted_and_ownership_proven(work, escalation):
        return "facts_taken_back"
    if past_disputes.why_dispute_bars_requests(work, escalation.case):
        return "denied_by_reporter"
    if escalation.is_unread and not may_be_sent_before_review(FROM_LEVEL[escalation.case.level]):
        return "needs_second_person"
    approval = _approval(work, escalation)
    # What was approved before this was kept says nothing, and was checked then.
    told = set(texts_in(approval.details, "fields")) if approval is not None else set()
    return "fields_not_allowed" if told - queries.fields_receivable_by_partner(escalation) else ""


def _is_as_approved(work: Work, delivery: Delivery) -> bool:
    """Whether packet and envelope are those of the approval, as history has it.

    History is a chain: whoever wants to change what leaves would have to forge that too.
    """
    escalation = delivery.escalation
    entry = _approval(work, escalation)
    if entry is None:
        return False
    sealed_hash = adapter_of(escalation.channel_kind).hash_of_sealed(escalation)
    if not sealed_hash:
        return False
    approved = tuple(text_in(entry.details, name) for name in ("packet_hash", "sealed_hash"))
    now = (escalation.packet_hash, sealed_hash)
    return approved == now == (delivery.packet_hash, delivery.sealed_hash)


def _approval(work: Work, escalation: Escalation) -> HistoryEntry | None:
    return work.session.scalar(
        select(HistoryEntry)
        .where(
            HistoryEntry.subject_id == escalation.id, HistoryEntry.action == "escalation.approved"
        )
        .order_by(HistoryEntry.id.desc())
        .limit(1)
    )


def _begin(work: Work, delivery: Delivery, link: str) -> StartedAttempt:
    escalation, number = delivery.escalation, len(delivery.attempts) + 1
    delivery.attempts.append(
        DeliveryAttempt(delivery_id=delivery.id, number=number, began_at=work.at)
    )
    delivery.state = DeliveryState.SENDING
    delivery.retry_at = None
    fence = delivery.lease(at=work.at, during=LEASE)
    escalation.move_to(EscalationState.DISPATCHING)
    work.record("delivery.attempted", delivery, number=number)
    return StartedAttempt(
        delivery_id=delivery.id,
        fence=fence,
        to=partners.email_address_of(work, escalation.partner),
        ref=escalation.ref,
        priority=escalation.priority,
        due=format_in_both_zones(
            first_sign_due(escalation.partner, escalation.priority, work.at),
            escalation.partner.timezone,
        ),
        is_repeat=delivery.may_have_been_sent_before,
        encrypted=escalation.openpgp_message or "",
        link=link,
    )


def end_attempt(work: Work, delivery: Delivery, result: DeliveryState, trouble: str = "") -> None:
    """End the last attempt of a delivery with its result. No rule: whoever settles a delivery comes
    through here."""
    settle_attempt(work, delivery, delivery.attempts[-1], result, trouble)


def settle_attempt(
    work: Work,
    delivery: Delivery,
    attempt: DeliveryAttempt,
    result: DeliveryState,
    trouble: str = "",
) -> None:
    """Settle how one attempt of a delivery went. No rule: the same."""
    attempt.ended_at, attempt.result, attempt.trouble = work.at, result, trouble or None
    work.record("delivery.attempt_ended", delivery, number=attempt.number, result=result)


def _try_later(work: Work, delivery: Delivery, result: DeliveryState) -> None:
    pause = _next_pause(delivery)
    if pause is None:
        mark_undeliverable(work, delivery)
        return
    delivery.state = result
    delivery.end_lease()
    delivery.retry_at = work.at + pause
    work.enqueue("escalations.deliver", after=pause, delivery_id=delivery.id)


def _next_pause(delivery: Delivery) -> timedelta | None:
    """How long to wait now; a person who sends it again begins the plan again."""
    return RETRIES.pause_after(RETRIES.tries_since_manual_retry(len(delivery.attempts)))


def mark_undeliverable(work: Work, delivery: Delivery, trouble: str = "") -> None:
    """Mark a delivery as failed: it waits for the person who wrote it. No rule: the same."""
    delivery.state = DeliveryState.DEAD_LETTER
    delivery.end_lease()
    reason = trouble or (delivery.attempts[-1].trouble or "" if delivery.attempts else "")
    work.record("delivery.dead_letter", delivery, trouble=reason)
    case_pausing.resume_case_after_partner(work, delivery.escalation.case)
    news.notify_owner(
        work, delivery.case_id, NewsKind.NOT_CARRIED, request_id=delivery.escalation_id
    )
    if (due := clocks.our_move_due_at(work, delivery.escalation)) is not None:
        clocks.schedule_our_alarm(work, delivery.escalation, due=due)
