"""Operations that approve a request: the gates, the very bytes that were read, and the sealing to
the partner's key."""

from helpdesk.cases import news
from helpdesk.cases.contributions import record_contribution
from helpdesk.cases.models import ContributionKind
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.response_targets import due_time_as_job_argument
from helpdesk.core.errors import Conflict, NotAllowed, StalePage
from helpdesk.core.stale_page_marks import refuse_if_changed_since
from helpdesk.core.work import Work
from helpdesk.escalations import queries, request_basis, second_person_alerts
from helpdesk.escalations.channels import adapter_of
from helpdesk.escalations.contributors import contributions_to
from helpdesk.escalations.gates import (
    SECOND_PERSON,
    check_gates,
    closed_gates,
    is_only_second_person_missing,
    would_leave_without_second_reader,
)
from helpdesk.escalations.models import Delivery, Escalation
from helpdesk.escalations.operations.locking import (
    TOO_LATE,
    lock_request_and_case,
    lock_request_if_unchanged,
)
from helpdesk.escalations.packets import hash_packet_text, parse_packet
from helpdesk.escalations.policy import may_waive_public_form, may_work_on_request
from helpdesk.escalations.priorities import SECOND_READING_WITHIN
from helpdesk.escalations.stale_page_marks import refuse_if_basis_changed_since
from helpdesk.escalations.states import IS_BY_NOW, EscalationState


def approve_request(
    work: Work, escalation: Escalation, *, seen_hash: str, heard: str | None = None
) -> None:
    """Approve a request: exactly these bytes are sealed to the partner now and queued, not yet
    sent. `heard` is the mark of what it was sent on when the page was opened (`basis_mark_of`)."""
    work.require(may_work_on_request, escalation)
    lock_request_and_case(work, escalation)
    if escalation.state is not EscalationState.DRAFT:
        raise StalePage(IS_BY_NOW[escalation.state])
    if escalation.packet_hash != seen_hash:
        raise StalePage(TOO_LATE)
    refuse_if_basis_changed_since(work, escalation, heard)
    text = work.keys.open(escalation, "packet")
    if hash_packet_text(text) != escalation.packet_hash:
        raise Conflict("This isn’t what was written here. Change the request and save it again.")
    alone = _pass_the_gates(work, escalation)
    delivery = _seal_for_channel(work, escalation, text)
    escalation.move_to(EscalationState.APPROVED)
    sign_as_approver(work, escalation)
    work.record(
        "escalation.approved",
        escalation,
        packet_hash=escalation.packet_hash,
        sealed_hash=delivery.sealed_hash,
        consent_id=escalation.consent_id,
        fields=sorted(parse_packet(text).fields),
        alone=alone,
        channel=escalation.channel_id,
        by=escalation.channel_kind,
        disclosure=escalation.onward_disclosure,
    )
    news.notify_person(
        work,
        escalation.case_id,
        escalation.drafted_by,
        NewsKind.APPROVED,
        request_id=escalation.id,
    )
    adapter_of(escalation.channel_kind).dispatch(work, delivery)
    if alone:
        require_later_reading(work, escalation)


def require_later_reading(work: Work, escalation: Escalation) -> None:
    """Require that a second person reads within the hour what was sent on one person's word; when
    it is over, others are alerted. What left before and nobody has read yet stays due when it was:
    nothing puts that off.

    Who let it leave is kept for good: whether or not what they did still counts as a part by then,
    they do not read it. No rule: the operations that let it leave come through here.
    """
    record_contribution(
        work, escalation.case_id, ContributionKind.SENT_ALONE, subject_id=escalation.id
    )
    if escalation.second_read_due_at is None or escalation.second_read_at is not None:
        due = escalation.second_read_due_at = work.at + SECOND_READING_WITHIN
        work.enqueue(
            "escalations.reading_overdue",
            after=SECOND_READING_WITHIN,
            escalation_id=escalation.id,
            due=due_time_as_job_argument(due),
        )
    escalation.second_reader = escalation.second_read_at = None
    work.enqueue("escalations.call_second_reader", escalation_id=escalation.id)


def alert_second_person(work: Work, escalation: Escalation) -> None:
    """Alert a second person to read a draft, or an answer that waits, instead of sending it alone.

    Safe to run twice: for the same words nobody gets a second letter. Only where nobody could be
    called is it worth asking again: somebody may be there now.
    """
    work.require(may_work_on_request, escalation)
    lock_request_if_unchanged(work, escalation)
    if not escalation.has_answer_to_approve:
        _refuse_unless_a_draft_lacks_only_that(work, escalation)
    second_person_alerts.alert_second_person_once(work, escalation)


def _refuse_unless_a_draft_lacks_only_that(work: Work, escalation: Escalation) -> None:
    if escalation.state is not EscalationState.DRAFT:
        raise StalePage(IS_BY_NOW[escalation.state])
    if not is_only_second_person_missing(
        request_basis.gate_inputs(work, escalation), work.actor.id
    ):
        raise Conflict(
            "This request isn’t waiting for a second person, or it’s waiting for "
            "something else as well."
        )


def waive_public_form(work: Work, escalation: Escalation, *, reason: str) -> None:
    """Waive the platform's own form: a coordinator answers for sending without it."""
    work.require(may_waive_public_form, escalation)
    lock_request_if_unchanged(work, escalation)
    if escalation.state is not EscalationState.DRAFT:
        raise StalePage(IS_BY_NOW[escalation.state])
    if not work.keys.holds(escalation.case.key_id):
        raise NotAllowed("You don’t have access yet, so you can’t approve this.")
    escalation.waiver = work.keys.seal(escalation, "waiver", reason)
    escalation.waived_by, escalation.waived_at = work.actor.id, work.at
    record_contribution(work, escalation.case_id, ContributionKind.WAIVER, subject_id=escalation.id)
    work.record("escalation.form_waived", escalation)
    news.notify_person(
        work, escalation.case_id, escalation.drafted_by, NewsKind.WAIVED, request_id=escalation.id
    )


def confirm_read_afterwards(
    work: Work, escalation: Escalation, *, seen_wording: str | None = None
) -> None:
    """Confirm, as a second person, to have read what was sent on one person's word: these words,
    and no later answer."""
    work.require(may_work_on_request, escalation)
    lock_request_if_unchanged(work, escalation)
    if escalation.second_read_due_at is None or escalation.second_read_at is not None:
        raise StalePage("This request is not waiting for a second reader.")
    refuse_if_changed_since(seen_wording, now=escalation.wording_to_approve)
    if work.actor.id == escalation.approved_by or work.actor.id in contributions_to(
        work, escalation
    ):
        raise Conflict("You were involved in this, or approved it. Someone else has to read it.")
    if not work.keys.holds(escalation.case.key_id):
        raise NotAllowed("You don’t have access yet, so you can’t confirm that you’ve read it.")
    sign_as_second_reader(work, escalation)


def sign_as_approver(work: Work, escalation: Escalation) -> None:
    """Sign a request as who approves it now. Who ever approved it stays behind it for good, also
    once somebody else approves it again. No rule: the operations that approve come through here."""
    escalation.approved_by, escalation.approved_at = work.actor.id, work.at
    record_contribution(
        work, escalation.case_id, ContributionKind.APPROVAL, subject_id=escalation.id
    )


def sign_as_second_reader(work: Work, escalation: Escalation) -> None:
    """Sign what was sent on one person's word as its second reader, who stays behind it for good as
    well. No rule: the operations that have it read come through here."""
    escalation.second_reader, escalation.second_read_at = work.actor.id, work.at
    record_contribution(
        work, escalation.case_id, ContributionKind.SECOND_READING, subject_id=escalation.id
    )
    work.record("escalation.second_read", escalation)


def _pass_the_gates(work: Work, escalation: Escalation) -> bool:
    """Refuse with every missing thing at once; say whether nobody else has read it."""
    seen, consent = (
        request_basis.gate_inputs(work, escalation),
        queries.consent_for_request(work, escalation),
    )
    shut = closed_gates(check_gates(seen, approver=work.actor.id))
    if shut or consent is None:
        raise Conflict(" ".join(gate.sentence for gate in shut))
    escalation.consent_id = consent.id
    return would_leave_without_second_reader(seen, work.actor.id)


def refuse_if_gates_closed(work: Work, escalation: Escalation) -> None:
    """Refuse if a gate is closed by now, for what was approved and did not arrive. Whoever lets it
    go now stands for it like whoever approved it, unless a second person has read it by now. Where
    who wrote, approved, read or sends it has found out again since what it rests on, that reading
    counts no more.

    No rule: the operation that sends again has asked who may.
    """
    seen = request_basis.gate_inputs(work, escalation)
    was_read = not (
        escalation.is_unread
        or request_basis.is_found_out_again(work, escalation, besides=(work.actor.id,))
    )
    shut = closed_gates(check_gates(seen, approver=work.actor.id))
    shut = tuple(gate for gate in shut if not (was_read and gate.name == SECOND_PERSON))
    if shut:
        raise Conflict(" ".join(gate.sentence for gate in shut))


def _seal_for_channel(work: Work, escalation: Escalation, text: str) -> Delivery:
    delivery = Delivery(
        escalation=escalation,
        escalation_id=escalation.id,
        packet_hash=escalation.packet_hash,
        sealed_hash=adapter_of(escalation.channel_kind).seal(work, escalation, text),
        fence=0,
    )
    work.session.add(delivery)
    return delivery
