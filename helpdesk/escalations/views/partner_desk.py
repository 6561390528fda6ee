"""The partner desk: the inbox, one request, and the partner's answers to it."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.core.unreadable_texts import Unreadable
from helpdesk.core.work import Work
from helpdesk.escalations import (
    operations,
    partner_inbox,
    queries,
    staff_and_partner_labels,
    stale_page_marks,
)
from helpdesk.escalations.forms import (
    ActionBeforeWithdrawalForm,
    PartnerDecisionForm,
    PartnerQuestionForm,
    PartnerTicketForm,
)
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.states import (
    MOVES,
    OPEN_TO_PARTNER,
    EscalationState,
    InboxFilter,
    PartnerAction,
    Reason,
)
from helpdesk.escalations.views.blueprints import partner_bp
from helpdesk.partners import queries as partners
from helpdesk.partners.packet_fields import BY_NAME
from helpdesk.partners.response_times import format_in_both_zones
from helpdesk.web.login import open_to_link_holders
from helpdesk.web.refused_form_contents import declare_form_reader
from helpdesk.web.request_work import work
from helpdesk.web.stale_page_marks import submitted_page_mark


@partner_bp.get("/")
def home() -> ResponseReturnValue:
    """Redirect to the inbox."""
    return redirect(url_for(".inbox"), 303)


@partner_bp.get("/inbox")
def inbox() -> ResponseReturnValue:
    """The partner's inbox."""
    pile, own = _asked_for(), partners.all_partners(work)
    return render_template(
        "partner_desk/inbox.html",
        inbox=partner_inbox.partner_inbox(work, pile),
        pile=pile,
        partners=own,
        unconfirmed=partners.partners_without_confirmed_email_address(work),
        waits=[one for one in own if one.team_id in work.actor.waits_in],
        has_access=bool(work.actor.accessible_teams),
        words=staff_and_partner_labels,
        in_both_zones=format_in_both_zones,
        now=work.at,
    )


@partner_bp.get("/requests/<ref>")
@open_to_link_holders
def show(ref: str) -> ResponseReturnValue:
    """The page of one request, for the partner."""
    return _page(queries.visible_request_by_ref(work, ref))


@partner_bp.post("/requests/<ref>/acknowledgement")
@open_to_link_holders
def create_acknowledgement(ref: str) -> ResponseReturnValue:
    """Acknowledge a request."""
    operations.acknowledge_request(work, queries.visible_request_by_ref(work, ref))
    flash("Thank you. We know that you have it.")
    return redirect(url_for(".show", ref=ref), 303)


@partner_bp.post("/requests/<ref>/question")
@open_to_link_holders
def create_question(ref: str) -> ResponseReturnValue:
    """Ask us a question about a request."""
    escalation, form = queries.visible_request_by_ref(work, ref), PartnerQuestionForm()
    if not form.validate_on_submit():
        return _page(escalation, question_form=form), 422
    operations.ask_for_information(work, escalation, question=form.question.data or "")
    flash("We have your question. We’ll answer here, and email you when we do.")
    return redirect(url_for(".show", ref=ref), 303)


@partner_bp.post("/requests/<ref>/decision")
@declare_form_reader(PartnerDecisionForm)
@open_to_link_holders
def create_decision(ref: str) -> ResponseReturnValue:
    """Record the partner's decision."""
    escalation = queries.visible_request_by_ref(work, ref)
    form = PartnerDecisionForm().about(escalation.ask, "")
    if not form.validate_on_submit():
        return _page(escalation, decision_form=form), 422
    operations.record_partner_decision(
        work,
        escalation,
        action=PartnerAction(form.action.data),
        reason=Reason(form.reason.data),
        note=form.note.data or "",
        corrects=form.corrects.data or "",
        seen=submitted_page_mark(),
    )
    flash(
        "Your decision has been corrected. We’ll ask the person whether it is fixed."
        if form.corrects.data
        else "Thank you. We’ll ask the person whether it is fixed."
    )
    return redirect(url_for(".show", ref=ref), 303)


@partner_bp.post("/requests/<ref>/late-action")
def create_action_before_withdrawal(ref: str) -> ResponseReturnValue:
    """Record what the partner had done before a request was withdrawn."""
    escalation = queries.visible_request_by_ref(work, ref)
    form = ActionBeforeWithdrawalForm().about(escalation.ask)
    if not form.validate_on_submit():
        return _page(escalation, late_form=form), 422
    operations.record_action_before_withdrawal(
        work,
        escalation,
        action=PartnerAction(form.action.data),
        note=form.note.data or "",
        seen=submitted_page_mark(),
    )
    flash("Thank you for telling us. We’ll look at it now.")
    return redirect(url_for(".show", ref=ref), 303)


@partner_bp.post("/requests/<ref>/ticket")
@open_to_link_holders
def create_ticket(ref: str) -> ResponseReturnValue:
    """Set the partner's own reference of a request."""
    escalation, form = queries.visible_request_by_ref(work, ref), PartnerTicketForm()
    if not form.validate_on_submit():
        return _page(escalation, ticket_form=form), 422
    operations.set_partner_ticket(work, escalation, ticket=form.ticket.data or "")
    flash("Your reference is saved. We can see it too.")
    return redirect(url_for(".show", ref=ref), 303)


def _asked_for() -> InboxFilter:
    """The pile in the address; one that we do not know is none."""
    asked = request.args.get("show", "")
    return InboxFilter(asked) if asked in set(InboxFilter) else InboxFilter.WAITING


def _page(escalation: Escalation, **forms: Any) -> str:
    """The request with its packet opened, if it is not over. One that was withdrawn keeps a form
    for what they had done by then."""
    is_withdrawn_or_about_to_be = queries.is_withdrawn_or_about_to_be(work, escalation)
    is_open = escalation.state in OPEN_TO_PARTNER and not is_withdrawn_or_about_to_be
    if not is_open:
        operations.require_let_in_to_see_outcome(work, escalation)
    packet = operations.open_packet_and_record(work, escalation) if is_open else None
    moves = MOVES[escalation.state]
    ticket = queries.open_for_partner(work, escalation, escalation, "ticket_for_partner")
    parts: dict[str, Any] = {
        "escalation": escalation,
        "state": EscalationState.WITHDRAWN if is_withdrawn_or_about_to_be else escalation.state,
        "packet": packet,
        "is_withdrawn_or_about_to_be": is_withdrawn_or_about_to_be,
        "late_actions": _opened(
            escalation, queries.actions_told_after_withdrawal, "note_for_partner"
        )
        if is_withdrawn_or_about_to_be
        else [],
        "late_form": ActionBeforeWithdrawalForm(formdata=None).about(escalation.ask),
        "late_mark": stale_page_marks.action_before_withdrawal_mark_of(work, escalation),
        "moves": partner_inbox.last_partner_moves(work, [escalation]),
        "quiet_words": BY_NAME["keep_quiet"].in_words,
        "exchanges": _opened(escalation, queries.partner_messages_of, "for_partner")
        if is_open
        else [],
        "decisions": _opened(escalation, queries.decisions_of, "note_for_partner")
        if is_open
        else [],
        "verdicts": {one.decision_id: one for one in queries.verdicts_of(work, escalation)}
        if is_open
        else {},
        "words": staff_and_partner_labels,
        "now": work.at,
        "may_acknowledge": EscalationState.ACKNOWLEDGED in moves,
        "may_ask": EscalationState.NEED_INFORMATION in moves,
        "may_decide": EscalationState.DECIDED in moves,
        "question_form": PartnerQuestionForm(formdata=None),
        "decision_form": PartnerDecisionForm(formdata=None),
        "decision_mark": stale_page_marks.last_decision_mark(work, escalation),
        "ticket": ticket,
        "is_by_link": work.actor.request_id is not None,
        "ticket_form": PartnerTicketForm(
            formdata=None, ticket="" if isinstance(ticket, Unreadable) else ticket
        ),
        "is_decided": escalation.state is EscalationState.DECIDED,
        "in_both_zones": format_in_both_zones,
    }
    if parts["is_decided"] and parts["decisions"]:
        parts["decision_form"].corrects.data = parts["decisions"][-1][0].id
    parts |= forms
    if packet is not None:
        parts["decision_form"].about(escalation.ask, packet.fields.get("target_kind", ""))
    return render_template("partner_desk/show.html", **parts)


def _opened(
    escalation: Escalation, rows: Callable[[Work, Escalation], Sequence[Any]], field: str
) -> list[tuple[Any, str]]:
    """Each row with its words, opened with the partner's key."""
    return [
        (one, queries.open_for_partner(work, escalation, one, field))
        for one in rows(work, escalation)
    ]
