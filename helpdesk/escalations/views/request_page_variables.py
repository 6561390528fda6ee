"""The template variables of the staff page of a request, gathered once."""

from typing import Any

from helpdesk.accounts import queries as accounts
from helpdesk.cases.disputed_conversations import (
    has_unanswered_reporter_activity,
)
from helpdesk.cases.past_disputes import (
    ANSWERED_BY_RECORDER,
    past_disputes,
    why_dispute_bars_requests,
)
from helpdesk.core.stale_page_marks import mark_of
from helpdesk.core.work import Work
from helpdesk.escalations import (
    channel_routing,
    clocks,
    draft_findings,
    packet_sources,
    partner_links,
    queries,
    request_basis,
    second_person_alerts,
    staff_and_partner_labels,
    stale_page_marks,
)
from helpdesk.escalations.contributors import contributions_to, excluded_second_persons
from helpdesk.escalations.follow_up_lines import (
    call_lines_of,
    follow_up_lines_of,
    follow_ups_to_change,
    is_to_be_phoned,
)
from helpdesk.escalations.forms import (
    AnswerApprovalForm,
    AnswerToPartnerForm,
    ApprovalForm,
    CodeGivenForm,
    FollowUpForm,
    PartnerCallForm,
    PublicFormWaiverForm,
    RecordVerdictForm,
    SendBackForm,
)
from helpdesk.escalations.gates import (
    check_gates,
    closed_gates,
    is_lock_of_another_account,
    is_only_second_person_missing,
    why_no_second_person,
    would_leave_without_second_reader,
)
from helpdesk.escalations.models import Delivery, Escalation
from helpdesk.escalations.operations.partner_links import LINKED
from helpdesk.escalations.partner_fit import has_alternative
from helpdesk.escalations.policy import may_waive_public_form, may_work_on_request
from helpdesk.escalations.priorities import could_change_account_access
from helpdesk.escalations.states import (
    MOVES,
    OPEN_TO_PARTNER,
    Ask,
    DeliveryState,
    EscalationState,
)
from helpdesk.partners.contact_lines import contact_lines_of
from helpdesk.partners.queries import can_anyone_open_requests


def request_page_variables(work: Work, escalation: Escalation) -> dict[str, Any]:
    """The template variables of a request's page, by name."""
    packet = queries.packet_of(work, escalation)
    delivery = queries.delivery_of_request(work, escalation)
    exchanges = queries.partner_messages_of(work, escalation)
    follow_ups = follow_up_lines_of(work, escalation)
    calls = call_lines_of(work, escalation)
    decisions = queries.decisions_of(work, escalation)
    late = queries.actions_told_after_withdrawal(work, escalation)
    readings = queries.packet_readings_of(work, escalation)
    link = partner_links.last_link_of(work, escalation) if escalation.is_by_link else None
    verdicts = queries.verdicts_of(work, escalation)
    disputed = queries.disputed_verdicts_of(work, escalation)
    # What is over for the partner rests on nothing any more.
    is_live = EscalationState.WITHDRAWN in MOVES[escalation.state]
    once_disputed = past_disputes(work, escalation.case) if is_live else []
    dispute = why_dispute_bars_requests(work, escalation.case) if is_live else ""
    is_draft = escalation.state is EscalationState.DRAFT
    waiting = queries.answer_awaiting_approval(work, escalation)
    seen = request_basis.gate_inputs(work, escalation) if is_draft or waiting else None
    call = _call(work, escalation)
    gates = check_gates(seen, approver=work.actor.id) if seen is not None else ()
    approval_form = ApprovalForm(formdata=None, seen_hash=escalation.packet_hash)
    return {
        "case": escalation.case,
        "escalation": escalation,
        "words": staff_and_partner_labels,
        "now": work.at,
        "packet": packet,
        "route": channel_routing.route_of(work, escalation, packet),
        "packet_text": packet.as_text(),
        "dispute": dispute,
        "account_confirmed": packet_sources.account_confirmed(
            work, escalation.case, escalation.playbook
        ),
        "was_dispute_answered_only_by_recorder": dispute == ANSWERED_BY_RECORDER,
        "past_disputes": once_disputed,
        "nobody_there": escalation.state in OPEN_TO_PARTNER
        and escalation.state is not EscalationState.DECIDED
        and escalation.is_at_desk
        and not can_anyone_open_requests(work, escalation.partner),
        "gates": gates if is_draft else (),
        "closed_gates": closed_gates(gates),
        "no_account_confirmed": seen is not None
        and could_change_account_access(escalation.ask)
        and not seen.account_confirmed,
        "is_of_another_account": is_live
        and escalation.ask is Ask.LOCK
        and is_lock_of_another_account(seen or request_basis.gate_inputs(work, escalation)),
        "waiting_answer": waiting,
        "unsent_answer": "" if waiting else work.keys.open(escalation, "reply"),
        "not_second": why_no_second_person(seen, work.actor.id) if waiting and seen else "",
        "could_change_account_access": could_change_account_access(escalation.ask),
        "origins": draft_findings.origins_of_request(work, escalation)
        if is_live and may_work_on_request(work.actor, escalation)
        else (),
        "findings": draft_findings.new_findings_for_draft(work, escalation) if is_draft else None,
        "may_call": seen is not None
        and is_draft
        and may_work_on_request(work.actor, escalation)
        and is_only_second_person_missing(seen, work.actor.id),
        "call": call,
        "leaves_alone": seen is not None and would_leave_without_second_reader(seen, work.actor.id),
        "seconds": _seconds(work, escalation),
        "delivery": delivery,
        "trouble": queries.failure_code_of_delivery(work, delivery) if delivery is not None else "",
        "exchanges": [(one, work.keys.read(one, "body")) for one in exchanges],
        "decisions": [(one, work.keys.read(one, "note")) for one in decisions],
        "follow_ups": follow_ups,
        "our_move_due_at": clocks.our_move_due_at(work, escalation),
        "next_follow_up": next((one for one in follow_ups if one.is_to_come), None),
        "follow_up_form": FollowUpForm(formdata=None).offer(follow_ups_to_change(follow_ups)),
        "follow_up_mark": stale_page_marks.follow_up_mark_of(escalation),
        "calls": calls,
        "is_to_be_phoned": is_to_be_phoned(escalation, follow_ups, calls),
        "call_form": PartnerCallForm(formdata=None),
        "other_contacts": [
            one for one in contact_lines_of(work, escalation.partner) if one.is_counted_on
        ]
        if follow_ups
        else [],
        "late_actions": [(one, work.keys.read(one, "note")) for one in late],
        "unreadable": work.keys.unreadable,
        "verdicts": {one.decision_id: one for one in verdicts},
        "disputed": disputed,
        "readings": readings,
        "link": link,
        "link_mark": partner_links.link_mark_of(link),
        "link_ways": partner_links.WAYS,
        "why_link_ended": partner_links.ENDED,
        "most_wrong_codes": partner_links.MOST_WRONG_CODES,
        "code_form": CodeGivenForm(formdata=None),
        "may_make_link": escalation.is_by_link
        and may_work_on_request(work.actor, escalation)
        and escalation.state in LINKED,
        "sent_back": work.keys.read(escalation, "sent_back_reason")
        if escalation.is_sent_back
        else "",
        "send_back_form": SendBackForm(formdata=None, seen_hash=escalation.packet_hash),
        "may_send_back": is_draft
        and not escalation.is_sent_back
        and escalation.drafted_by != work.actor.id
        and may_work_on_request(work.actor, escalation)
        and work.keys.holds(escalation.case.key_id),
        "waiver": work.keys.open(escalation, "waiver"),
        "ticket": work.keys.read(escalation, "ticket"),
        "names": accounts.names_of_actors(
            work.session,
            {one.by for one in exchanges}
            | {one.by for one in (*decisions, *late)}
            | {one.actor_id for one in readings}
            | ({link.given_by} if link is not None and link.given_by else set())
            | {one.made.by for one in follow_ups if one.made is not None}
            | {one.call.by for one in calls}
            | {one.by for one in (delivery.attempts if delivery else ()) if one.by is not None}
            | {one.by for one in (*verdicts, *disputed) if one.by is not None}
            | {f"person:{one}" for one in (call.told if call is not None else ())}
            | {one for one in _named(escalation) if one is not None}
            | {one.recorded_by for one in once_disputed if one.recorded_by}
            | {one.answered_by for one in once_disputed if one.answered_by},
        ),
        "approval_form": approval_form,
        "waiver_form": PublicFormWaiverForm(formdata=None),
        "answer_form": AnswerToPartnerForm(formdata=None, words=waiting.words if waiting else ""),
        "answer_approval_form": AnswerApprovalForm(
            formdata=None, seen_wording=escalation.wording_to_approve
        ),
        "verdict_form": RecordVerdictForm(formdata=None),
        "is_unanswered": has_unanswered_reporter_activity(work, escalation.case),
        "basis_mark": stale_page_marks.basis_mark_of(work, escalation),
        "is_spoken_with": queries.is_spoken_with_since_written(work, escalation),
        "question_mark": stale_page_marks.question_mark_of(work, escalation),
        "decision_mark": stale_page_marks.last_decision_mark(work, escalation),
        "may_change_partner": is_draft
        and may_work_on_request(work.actor, escalation)
        and has_alternative(work, escalation),
        "partner_mark": mark_of(escalation.partner_id),
        "needs_leave_by_name": seen is not None
        and is_draft
        and seen.leave_by_name is not None
        and not seen.has_consent,
        "approval_mark": stale_page_marks.approval_mark_of(escalation),
        "news_mark": stale_page_marks.untold_news_mark_of(escalation),
        **_may(work, escalation, delivery),
    }


def _call(
    work: Work, escalation: Escalation
) -> second_person_alerts.SecondPersonAlertStatus | None:
    """What came of calling a second person, where one is or was wanted."""
    if escalation.state is EscalationState.DRAFT or escalation.has_answer_to_approve:
        return second_person_alerts.last_alert_for_approval(work, escalation)
    if escalation.second_read_due_at is None:
        return None
    return second_person_alerts.last_alert_to_read_afterwards(work, escalation)


def _seconds(work: Work, escalation: Escalation) -> list[str]:
    """Whoever of the queue could be the second person: all who had no part in it."""
    had = excluded_second_persons(work, escalation)
    inside = accounts.members_with_key(work.session, escalation.case.team_id)
    return [one.name for one in inside if one.as_actor().id not in had]


def _named(escalation: Escalation) -> tuple[str | None, ...]:
    return (
        escalation.drafted_by,
        escalation.approved_by,
        escalation.waived_by,
        escalation.sent_back_by,
        escalation.second_reader,
        escalation.reply_by,
    )


def _may(work: Work, escalation: Escalation, delivery: Delivery | None) -> dict[str, bool]:
    """Which buttons to show; the operations decide again."""
    ours, state = may_work_on_request(work.actor, escalation), escalation.state
    is_draft, due = state is EscalationState.DRAFT, escalation.answer_due_at
    is_under_way = not is_draft and EscalationState.WITHDRAWN in MOVES[state]
    waits = escalation.second_read_due_at is not None and escalation.second_read_at is None
    mine = waits and (
        work.actor.id == escalation.approved_by
        or work.actor.id in contributions_to(work, escalation)
    )
    return {
        "may_change": ours and is_draft,
        "may_waive": is_draft and may_waive_public_form(work.actor, escalation),
        "may_answer": ours and state is EscalationState.NEED_INFORMATION,
        "may_verify": ours and state is EscalationState.DECIDED,
        "is_found_out_again": is_under_way and request_basis.is_found_out_again(work, escalation),
        "rests_on_nothing": is_under_way
        and not request_basis.is_partner_vetted_and_ownership_proven(work, escalation),
        "is_for_another_account": is_under_way
        and request_basis.was_another_account_confirmed_since(work, escalation),
        "is_disputed": state is EscalationState.DECIDED
        and queries.is_verdict_disputed(work, escalation),
        "may_withdraw": ours and EscalationState.WITHDRAWN in MOVES[state],
        "may_read_afterwards": ours and waits and not mine,
        "may_say_they_know": ours and escalation.untold_since is not None,
        "may_stop_waiting": ours and due is not None and due <= work.at,
        "may_change_follow_ups": ours,
        "may_send_again": ours
        and delivery is not None
        and delivery.state is DeliveryState.DEAD_LETTER,
    }
