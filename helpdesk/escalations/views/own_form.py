"""Staff pages of a request to a partner without a desk: the text to copy into a form of theirs,
that it was sent, and what they answered, by the form or by email."""

from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.accounts.queries import names_of_actors
from helpdesk.core.errors import Conflict, NotFound
from helpdesk.core.markup import bidi_isolate
from helpdesk.escalations import operations, queries
from helpdesk.escalations.form_layout import CopyArea, lay_out
from helpdesk.escalations.forms import (
    EnteredDecisionForm,
    EnteredQuestionForm,
    SentByHandForm,
)
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.policy import may_carry_by_hand, may_enter_answers
from helpdesk.escalations.stale_page_marks import carrier_mark_of, last_decision_mark
from helpdesk.escalations.states import EscalationState, PartnerAction, Reason
from helpdesk.escalations.views.blueprints import bp
from helpdesk.escalations.views.request_addresses import find_request, redirect_to_request
from helpdesk.partners import queries as partners
from helpdesk.web.request_work import work
from helpdesk.web.stale_page_marks import submitted_page_mark


@bp.get("/<request_ref>/form")
def show_form(ref: str, request_ref: str) -> ResponseReturnValue:
    """The text to copy, for whoever has opened it."""
    now = work.at.astimezone(UTC)
    form = SentByHandForm(None, sent_on=now.date(), sent_at=now.time())
    return _page(_find(ref, request_ref), form)


@bp.post("/<request_ref>/form/opening")
def create_form_opening(ref: str, request_ref: str) -> ResponseReturnValue:
    """Open the text to copy."""
    escalation = _find(ref, request_ref)
    operations.open_text_to_copy(work, escalation, seen=submitted_page_mark())
    flash("It counts as possibly sent from now on. When you’re done, say whether you sent it.")
    return redirect(url_for(".show_form", ref=ref, request_ref=escalation.ref), 303)


@bp.post("/<request_ref>/form/sending")
def create_form_sending(ref: str, request_ref: str) -> ResponseReturnValue:
    """Record that it was sent."""
    escalation, form = _find(ref, request_ref), SentByHandForm()
    if form.validate_on_submit() and (
        refusal := operations.why_not_sent_then(work, escalation, form.moment)
    ):
        form.sent_at.errors = [refusal]
    if form.errors:
        return _page(escalation, form), 422
    operations.record_sent_by_hand(
        work, escalation, sent_at=form.moment, reference=form.reference.data or ""
    )
    flash(f"Recorded: you sent it to {bidi_isolate(escalation.partner.name)}.")
    return redirect_to_request(escalation)


@bp.post("/<request_ref>/form/abandonment")
def create_form_abandonment(ref: str, request_ref: str) -> ResponseReturnValue:
    """Record that whoever opened the text did not send it."""
    escalation = _find(ref, request_ref)
    waits_again = operations.record_not_sent(work, escalation)
    if waits_again:
        flash("Recorded: you didn’t send it. It is waiting again.")
    elif escalation.state is EscalationState.WITHDRAWN:
        flash("Recorded: you didn’t send it. The request is withdrawn, so nobody has to.")
    else:
        flash("Recorded: you didn’t send it.")
    return redirect_to_request(escalation)


@bp.post("/<request_ref>/entered-acknowledgement")
def create_entered_acknowledgement(ref: str, request_ref: str) -> ResponseReturnValue:
    """Enter that they have confirmed it."""
    escalation = _find_answered(ref, request_ref)
    operations.enter_acknowledgement(work, escalation)
    flash("Recorded: they have it.")
    return redirect_to_request(escalation)


@bp.post("/<request_ref>/entered-question")
def create_entered_question(ref: str, request_ref: str) -> ResponseReturnValue:
    """Enter what they asked."""
    escalation, form = _find_answered(ref, request_ref), EnteredQuestionForm()
    if not form.validate_on_submit():
        return _answer_page(escalation, question_form=form), 422
    operations.enter_question(work, escalation, question=form.question.data or "")
    flash("Recorded: it’s our move now.")
    return redirect_to_request(escalation)


@bp.get("/<request_ref>/entered-decision")
def new_entered_decision(ref: str, request_ref: str) -> ResponseReturnValue:
    """The forms to enter what they answered."""
    return _answer_page(_find_answered(ref, request_ref))


@bp.post("/<request_ref>/entered-decision")
def create_entered_decision(ref: str, request_ref: str) -> ResponseReturnValue:
    """Enter what they decided."""
    escalation = _find_answered(ref, request_ref)
    form = _about(EnteredDecisionForm(), escalation)
    if not form.validate_on_submit():
        return _answer_page(escalation, decision_form=form), 422
    operations.enter_decision(
        work,
        escalation,
        action=PartnerAction(form.action.data),
        reason=Reason(form.reason.data),
        note=form.note.data or "",
        corrects=form.corrects.data or "",
        seen=submitted_page_mark(),
    )
    flash("Recorded. We’re asking the reporter whether it’s fixed.")
    return redirect_to_request(escalation)


def _find(ref: str, request_ref: str) -> Escalation:
    escalation = find_request(ref, request_ref)
    if not may_carry_by_hand(work.actor, escalation):
        raise NotFound
    return escalation


def _find_answered(ref: str, request_ref: str) -> Escalation:
    escalation = find_request(ref, request_ref)
    if not may_enter_answers(work.actor, escalation):
        raise NotFound
    return escalation


def _page(escalation: Escalation, form: SentByHandForm) -> str:
    delivery = queries.delivery_of_request(work, escalation)
    attempt = delivery.open_attempt if delivery is not None else None
    channel = partners.channel_of_request(work, escalation.channel_id)
    known = _known_form(escalation, channel.form_address if channel is not None else "")
    areas, refusal = _areas(escalation, known)
    return render_template(
        "escalations/form.html",
        case=escalation.case,
        escalation=escalation,
        address=channel.form_address if channel is not None else "",
        known=known,
        areas=areas,
        refusal=refusal,
        attempt=attempt,
        carrier_mark=carrier_mark_of(delivery),
        may_be_a_repeat=delivery is not None
        and escalation.is_to_be_filled_in
        and delivery.may_have_been_sent_before,
        is_own=attempt is not None and attempt.by == work.actor.id,
        may_say=delivery is not None
        and any(one.by == work.actor.id for one in delivery.unsettled_attempts),
        names=names_of_actors(work.session, {attempt.by} if attempt and attempt.by else set()),
        form=form,
    )


def _areas(escalation: Escalation, known: Any) -> tuple[Sequence[CopyArea], str]:
    """What is laid out to copy, or why nothing is."""
    try:
        packet = operations.text_to_copy(work, escalation)
    except Conflict as refused:
        return (), refused.sentence
    return lay_out(packet, known.fields if known is not None else ()), ""


def _known_form(escalation: Escalation, address: str) -> Any:
    """What our register knows of the form, if it does; the app knows the vocabulary."""
    find: Callable[[str], Any] = current_app.config["PLATFORM_FORMS"]
    known = find(escalation.partner.platform).forms
    return next((one for one in known if one.link == address), None)


def _about(form: EnteredDecisionForm, escalation: Escalation) -> EnteredDecisionForm:
    packet = queries.packet_of(work, escalation)
    form.about(escalation.ask, packet.fields.get("target_kind", ""))
    return form


def _answer_page(escalation: Escalation, **forms: Any) -> str:
    decided = [one.id for one in queries.decisions_of(work, escalation)]
    corrects = decided[-1] if decided and escalation.state is EscalationState.DECIDED else ""
    page = {
        "question_form": EnteredQuestionForm(None),
        "decision_form": _about(EnteredDecisionForm(None, corrects=corrects), escalation),
    }
    return render_template(
        "escalations/entered_decision.html",
        case=escalation.case,
        escalation=escalation,
        decision_mark=last_decision_mark(work, escalation),
        **(page | forms),
    )
