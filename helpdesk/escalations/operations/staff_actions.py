"""Operations of staff on a request that was sent: answer, approve an answer, resend, record
silence."""

from typing import Final

from helpdesk.cases import news
from helpdesk.cases import queries as cases
from helpdesk.cases.contributions import record_contribution
from helpdesk.cases.models import Case, ContributionKind
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.past_disputes import why_dispute_bars_requests
from helpdesk.cases.policy import may_work_on_case
from helpdesk.cases.stale_page_marks import case_mark_of
from helpdesk.core.errors import Conflict, StalePage
from helpdesk.core.markup import bidi_isolate
from helpdesk.core.stale_page_marks import refuse_if_changed_since
from helpdesk.core.work import Work
from helpdesk.escalations import (
    case_pausing,
    clocks,
    queries,
    request_basis,
    second_person_alerts,
)
from helpdesk.escalations.channels import adapter_of
from helpdesk.escalations.contributors import excluded_second_persons
from helpdesk.escalations.gates import why_no_second_person, would_leave_without_second_reader
from helpdesk.escalations.models import Escalation, PartnerMessage
from helpdesk.escalations.operations.approving import (
    refuse_if_gates_closed,
    require_later_reading,
    sign_as_approver,
    sign_as_second_reader,
)
from helpdesk.escalations.operations.follow_ups import mark_unanswered
from helpdesk.escalations.operations.locking import lock_request_and_case, lock_request_if_unchanged
from helpdesk.escalations.operations.partner_responses import seal_for_partner
from helpdesk.escalations.policy import may_work_on_request
from helpdesk.escalations.priorities import could_change_account_access
from helpdesk.escalations.stale_page_marks import (
    question_mark_of,
    refuse_if_basis_changed_since,
)
from helpdesk.escalations.states import IS_BY_NOW, MOVES, DeliveryState, EscalationState
from helpdesk.partners.models import Partner

RESTS_ON_NOTHING: Final = (
    "We can no longer be sure who is asking, or whose account it is, so you can’t send the "
    "partner anything more. Have someone who didn’t write, approve or read the request do those "
    "steps again, or withdraw it."
)
CHANGED_MEANWHILE: Final = (
    "A colleague changed the answer after you opened this page. Please read it again before you"
    " send it."
)


def answer_question(
    work: Work,
    escalation: Escalation,
    *,
    words: str,
    seen: str | None = None,
    heard: str | None = None,
) -> None:
    """Answer a partner's question. About access it waits for a second person, as the request did;
    any other answer goes back at once, and their clock runs again. `seen` is the mark of the
    question on the page, `heard` that of what it stood on by then (`basis_mark_of`)."""
    work.require(may_work_on_request, escalation)
    lock_request_and_case(work, escalation)
    refuse_if_changed_since(seen, now=question_mark_of(work, escalation))
    refuse_if_basis_changed_since(work, escalation, heard)
    _refuse_what_may_not_be_said(work, escalation, words)
    if not could_change_account_access(escalation.ask):
        _send(work, escalation, words, by=work.actor.id)
        return
    escalation.reply = work.keys.seal(escalation, "reply", words)
    escalation.reply_by, escalation.reply_at = work.actor.id, work.at
    record_contribution(work, escalation.case_id, ContributionKind.WORDS, subject_id=escalation.id)
    work.record("escalation.answer_written", escalation)
    second_person_alerts.alert_second_person_once(work, escalation)


def approve_answer(
    work: Work, escalation: Escalation, *, seen_wording: str, heard: str | None = None
) -> None:
    """Approve and send the answer that waits, exactly as it was read, by a page that has what the
    reporter let us know and steps recorded last (`heard`, see `basis_mark_of`).

    By someone without a part in the request or the answer. Where a request could leave now on one
    person's word the answer can too, and is read within the hour.
    """
    work.require(may_work_on_request, escalation)
    lock_request_and_case(work, escalation)
    waiting = queries.answer_awaiting_approval(work, escalation)
    if waiting is None:
        raise StalePage("There is no answer here to send. Please check the request again.")
    if escalation.wording_to_approve != seen_wording:
        raise StalePage(CHANGED_MEANWHILE)
    refuse_if_basis_changed_since(work, escalation, heard)
    _refuse_what_may_not_be_said(work, escalation, waiting.words)
    alone = _pass_as_second_person(work, escalation)
    escalation.reply = None
    _send(work, escalation, waiting.words, by=waiting.by, alone=alone)
    news.notify_person(
        work, escalation.case_id, waiting.by, NewsKind.APPROVED, request_id=escalation.id
    )
    if alone:
        require_later_reading(work, escalation)


def _refuse_what_may_not_be_said(work: Work, escalation: Escalation, words: str) -> None:
    if escalation.state is not EscalationState.NEED_INFORMATION:
        raise StalePage("The partner has no open questions.")
    _refuse_partner_in_doubt(work, escalation.partner)
    if queries.consent_for_request(work, escalation) is None:
        raise Conflict(
            "The reporter has withdrawn their consent, so we can’t send the partner anything more."
        )
    if not queries.has_consent_to_help(work, escalation):
        raise Conflict(
            "The reporter hasn’t agreed to us working on the case, or has withdrawn their consent. "
            "Ask them first: until they agree, we can’t send the partner anything more."
        )
    rests = request_basis.is_partner_vetted_and_ownership_proven(work, escalation)
    if not rests or request_basis.was_another_account_confirmed_since(work, escalation):
        raise Conflict(RESTS_ON_NOTHING)
    if dispute := why_dispute_bars_requests(work, escalation.case):
        raise Conflict(
            f"{dispute} Check what in the answer depends on it. Someone who didn’t record it has to"
            " write to them first."
        )
    if refusal := request_basis.why_contact_shuts_answer(work, escalation, words):
        raise Conflict(refusal)


def _refuse_partner_in_doubt(work: Work, partner: Partner) -> None:
    """Nothing asks again after this, so whoever stops what goes to them waits for us, or we for
    them."""
    work.session.refresh(partner, with_for_update={"of": Partner, "read": True})
    if not partner.is_vetted:
        raise Conflict(
            f"{bidi_isolate(partner.name)} is no longer vetted, so we can’t send them anything "
            "more."
        )


def _pass_as_second_person(work: Work, escalation: Escalation) -> bool:
    """Refuse who had a part, unless it may leave on one person's word: True if it does."""
    seen = request_basis.gate_inputs(work, escalation)
    if refusal := why_no_second_person(seen, work.actor.id):
        raise Conflict(refusal)
    return would_leave_without_second_reader(seen, work.actor.id)


def _send(work: Work, escalation: Escalation, words: str, *, by: str, alone: bool = False) -> None:
    escalation.move_to(EscalationState.IN_REVIEW)
    exchange = PartnerMessage(
        case=escalation.case,
        case_id=escalation.case_id,
        escalation_id=escalation.id,
        is_from_partner=False,
        at=work.at,
        by=by,
    )
    exchange.body = work.keys.seal(exchange, "body", words)
    exchange.for_partner = seal_for_partner(work, escalation, exchange, "for_partner", words)
    adapter_of(escalation.channel_kind).seal_answer(work, escalation, words)
    work.session.add(exchange)
    work.record("escalation.answered", escalation, exchange_id=exchange.id, alone=alone)
    if escalation.is_by_form:  # one of us has to send it first: `record_partner_told_another_way`
        escalation.untold_since = work.at
        due = clocks.start_our_clock(work, escalation)
        clocks.schedule_our_alarm(work, escalation, due=due)
        return
    clocks.restart_partner_clock(work, escalation)
    case_pausing.rest_case_with_partner(work, escalation.case)
    work.enqueue("escalations.tell_partner", escalation_id=escalation.id, about=exchange.id)


def pause_case_for_partners(work: Work, case: Case, *, seen: str | None = None) -> None:
    """Pause a case until the time of the partners that have a request of it is over. `seen` is the
    mark of the case on the page."""
    cases.lock_case(work, case)
    work.require(may_work_on_case, case)
    refuse_if_changed_since(seen, now=case_mark_of(work, case))
    if case_pausing.partners_due_day(work, case) is None:
        raise Conflict("No partner has a request on this case, so there is no answer to wait for.")
    case_pausing.pause_case_for_partner(work, case)


def record_partner_silence(work: Work, escalation: Escalation) -> None:
    """Record that the partner did not answer in time. If they answer after all, it still counts."""
    work.require(may_work_on_request, escalation)
    lock_request_if_unchanged(work, escalation)
    if EscalationState.UNANSWERED not in MOVES[escalation.state]:
        raise StalePage(IS_BY_NOW[escalation.state])
    if escalation.answer_due_at is None or escalation.answer_due_at > work.at:
        raise StalePage("The partner still has time to answer.")
    mark_unanswered(work, escalation)


def resend_request(
    work: Work,
    escalation: Escalation,
    *,
    seen_wording: str | None = None,
    heard: str | None = None,
) -> None:
    """Resend a request that could not be delivered, after a person has looked: under the same id,
    through the same gates. Who had no part in what was approved on one person's word is its second
    reader: their button says so, and `seen_wording` is the mark of the words on its page, `heard`
    that of what the reporter had let us know by then."""
    work.require(may_work_on_request, escalation)
    lock_request_and_case(work, escalation)
    delivery = queries.delivery_of_request(work, escalation)
    if delivery is None or delivery.state is not DeliveryState.DEAD_LETTER:
        raise StalePage("This request is not waiting to be sent again.")
    refuse_if_basis_changed_since(work, escalation, heard)
    refuse_if_gates_closed(work, escalation)
    # Asked before either is written: whoever approves it again is no reader of what they approved.
    is_second_reading = escalation.is_unread and (
        work.actor.id not in excluded_second_persons(work, escalation)
    )
    if request_basis.is_found_out_again(work, escalation):
        _approve_again(work, escalation, seen_wording)
    if is_second_reading:
        refuse_if_changed_since(seen_wording, now=escalation.wording_to_approve)
        sign_as_second_reader(work, escalation)
    delivery.state = DeliveryState.PENDING
    work.record("delivery.sent_again", delivery)
    adapter_of(escalation.channel_kind).dispatch(work, delivery)


def _approve_again(work: Work, escalation: Escalation, seen_wording: str | None) -> None:
    """What it rests on was found out again by who wrote, approved or read it: who sends it now, and
    had no part in it, answers for that as whoever approved it did."""
    refuse_if_changed_since(seen_wording, now=escalation.wording_to_approve)
    sign_as_approver(work, escalation)
    work.record("escalation.approved_again", escalation, packet_hash=escalation.packet_hash)
