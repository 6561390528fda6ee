"""The staff page of a request, and every move on it that is ours."""

from collections.abc import Callable
from typing import Any

from flask import flash, render_template
from flask.typing import ResponseReturnValue

from helpdesk.cases import news
from helpdesk.core.markup import bidi_isolate
from helpdesk.core.work import Work
from helpdesk.escalations import operations, request_basis
from helpdesk.escalations.follow_up_lines import follow_up_lines_of, follow_ups_to_change
from helpdesk.escalations.forms import (
    AnswerApprovalForm,
    AnswerToPartnerForm,
    ApprovalForm,
    FollowUpForm,
    PartnerCallForm,
    PublicFormWaiverForm,
    RecordVerdictForm,
    SendBackForm,
)
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.states import CallResult, FollowUp, Verdict
from helpdesk.escalations.views.blueprints import bp
from helpdesk.escalations.views.request_addresses import find_request, redirect_to_request
from helpdesk.escalations.views.request_page_variables import request_page_variables
from helpdesk.web.request_work import work
from helpdesk.web.stale_page_marks import submitted_page_mark, submitted_reporter_mark


@bp.get("/<request_ref>")
def show(ref: str, request_ref: str) -> ResponseReturnValue:
    """The page of one request, for staff."""
    escalation = find_request(ref, request_ref)
    page = _page(escalation)
    news.mark_news_seen(work, case_id=escalation.case_id, request_id=escalation.id)
    return page


@bp.post("/<request_ref>/approval")
def create_approval(ref: str, request_ref: str) -> ResponseReturnValue:
    """Approve a request."""
    escalation, form = find_request(ref, request_ref), ApprovalForm()
    if not form.validate_on_submit():
        return _page(escalation), 422
    operations.approve_request(
        work, escalation, seen_hash=form.seen_hash.data or "", heard=submitted_reporter_mark()
    )
    if escalation.is_by_form:
        flash("Approved. Now one of us has to fill in their form with it.")
    elif escalation.is_by_link:
        flash("Approved. Now one of us has to make the link and the code that open it.")
    else:
        flash("Approved. It is being sent now, exactly as it is here.")
    return redirect_to_request(escalation)


@bp.post("/<request_ref>/second-person")
def create_second_person_alert(ref: str, request_ref: str) -> ResponseReturnValue:
    """Alert a second person to read a request."""
    said = (
        "Nothing has been sent yet. We’re asking the people on duty, or the coordinators, to read "
        "it."
    )
    return _move(ref, request_ref, operations.alert_second_person, said)


@bp.post("/<request_ref>/sending-back")
def create_sending_back(ref: str, request_ref: str) -> ResponseReturnValue:
    """Send a draft back to whoever wrote it."""
    escalation, form = find_request(ref, request_ref), SendBackForm()
    if not form.validate_on_submit():
        return _page(escalation, send_back_form=form), 422
    operations.send_draft_back(
        work, escalation, reason=form.reason.data or "", seen_hash=form.seen_hash.data or ""
    )
    flash("Sent back. The person who wrote it gets news of it. Nothing was sent to the partner.")
    return redirect_to_request(escalation)


@bp.post("/<request_ref>/waiver")
def create_waiver(ref: str, request_ref: str) -> ResponseReturnValue:
    """Waive the platform's own form."""
    escalation, form = find_request(ref, request_ref), PublicFormWaiverForm()
    if not form.validate_on_submit():
        return _page(escalation, waiver_form=form), 422
    operations.waive_public_form(work, escalation, reason=form.waiver.data or "")
    flash("It can be sent without the platform’s own form.")
    return redirect_to_request(escalation)


@bp.post("/<request_ref>/answer")
def create_answer(ref: str, request_ref: str) -> ResponseReturnValue:
    """Answer a partner's question."""
    escalation, form = find_request(ref, request_ref), AnswerToPartnerForm()
    if form.validate_on_submit() and (
        refusal := request_basis.why_contact_shuts_answer(work, escalation, form.words.data or "")
    ):
        form.words.errors = [refusal]
    if form.errors:
        return _page(escalation, answer_form=form), 422
    operations.answer_question(
        work,
        escalation,
        words=form.words.data or "",
        seen=submitted_page_mark(),
        heard=submitted_reporter_mark(),
    )
    if escalation.has_answer_to_approve:
        flash("Your answer is saved. We’ve asked a second person to read it and send it.")
    elif escalation.is_by_form:
        flash(_to_pass_on(escalation))
    else:
        flash(f"Your answer was sent to {bidi_isolate(escalation.partner.name)}.")
    return redirect_to_request(escalation)


@bp.post("/<request_ref>/answer/approval")
def create_answer_approval(ref: str, request_ref: str) -> ResponseReturnValue:
    """Approve an answer to a partner."""
    escalation, form = find_request(ref, request_ref), AnswerApprovalForm()
    if not form.validate_on_submit():
        return _page(escalation), 422
    operations.approve_answer(
        work, escalation, seen_wording=form.seen_wording.data or "", heard=submitted_reporter_mark()
    )
    name = bidi_isolate(escalation.partner.name)
    flash(
        _to_pass_on(escalation)
        if escalation.is_by_form
        else f"The answer was sent to {name}, exactly as it was here."
    )
    return redirect_to_request(escalation)


@bp.post("/<request_ref>/verdict")
def create_verdict(ref: str, request_ref: str) -> ResponseReturnValue:
    """Record what the reporter said of the partner's decision."""
    escalation, form = find_request(ref, request_ref), RecordVerdictForm()
    if not form.validate_on_submit():
        return _page(escalation, verdict_form=form), 422
    operations.record_verdict(
        work, escalation, verdict=Verdict(form.verdict.data), seen=submitted_page_mark()
    )
    flash("We’ve recorded what the reporter says.")
    return redirect_to_request(escalation)


@bp.post("/<request_ref>/withdrawal")
def create_withdrawal(ref: str, request_ref: str) -> ResponseReturnValue:
    """Withdraw a request."""
    escalation = find_request(ref, request_ref)
    operations.withdraw_request(work, escalation, seen=submitted_page_mark())
    flash("The request is withdrawn.")
    return redirect_to_request(escalation)


@bp.post("/<request_ref>/reading")
def create_second_reading(ref: str, request_ref: str) -> ResponseReturnValue:
    """Confirm, as a second person, to have read what was sent on one person's word."""
    escalation = find_request(ref, request_ref)
    operations.confirm_read_afterwards(work, escalation, seen_wording=submitted_page_mark())
    flash("Recorded: you have read it.")
    return redirect_to_request(escalation)


@bp.post("/<request_ref>/delivery")
def create_resend(ref: str, request_ref: str) -> ResponseReturnValue:
    """Resend a request that could not be delivered."""
    escalation = find_request(ref, request_ref)
    operations.resend_request(
        work, escalation, seen_wording=submitted_page_mark(), heard=submitted_reporter_mark()
    )
    if escalation.is_by_form:
        flash("It is waiting again for one of us to fill in their form.")
    else:
        flash("It is being sent again, under the same ID.")
    return redirect_to_request(escalation)


@bp.post("/<request_ref>/telling")
def create_partner_told(ref: str, request_ref: str) -> ResponseReturnValue:
    """Record that the partner was told the news in another way."""
    escalation = find_request(ref, request_ref)
    operations.record_partner_told_another_way(work, escalation, seen=submitted_page_mark())
    flash("Recorded: they know about the update.")
    return redirect_to_request(escalation)


@bp.post("/<request_ref>/silence")
def create_no_answer(ref: str, request_ref: str) -> ResponseReturnValue:
    """Record that the partner did not answer in time."""
    said = "Recorded: no answer in time. If they answer later, it still counts."
    return _move(ref, request_ref, operations.record_partner_silence, said)


@bp.post("/<request_ref>/follow-ups")
def create_follow_up(ref: str, request_ref: str) -> ResponseReturnValue:
    """Make a follow-up on the partner's silence now, or stop one."""
    escalation = find_request(ref, request_ref)
    lines = follow_up_lines_of(work, escalation)
    form = FollowUpForm().offer(follow_ups_to_change(lines))
    if not form.validate_on_submit():
        return _page(escalation, follow_up_form=form), 422
    is_now = form.change.data == "hurry"
    change = operations.hurry_follow_up if is_now else operations.stop_follow_up
    change(
        work,
        escalation,
        FollowUp(form.step.data),
        reason=form.reason.data or "",
        seen=submitted_page_mark(),
    )
    flash("We’re doing it now." if is_now else "We won’t do this follow-up.")
    return redirect_to_request(escalation)


@bp.post("/<request_ref>/calls")
def create_partner_call(ref: str, request_ref: str) -> ResponseReturnValue:
    """Record a phone call to the partner."""
    escalation, form = find_request(ref, request_ref), PartnerCallForm()
    if not form.validate_on_submit():
        return _page(escalation, call_form=form), 422
    operations.record_partner_call(
        work,
        escalation,
        result=CallResult(form.result.data),
        note=form.note.data or "",
        seen=submitted_page_mark(),
    )
    flash("The call is recorded.")
    return redirect_to_request(escalation)


def _move(
    ref: str, request_ref: str, verb: Callable[[Work, Escalation], None], said: str
) -> ResponseReturnValue:
    """A move that needs no words: one button."""
    escalation = find_request(ref, request_ref)
    verb(work, escalation)
    flash(said)
    return redirect_to_request(escalation)


def _to_pass_on(escalation: Escalation) -> str:
    name = bidi_isolate(escalation.partner.name)
    return f"Nothing was sent yet. Copy the answer to {name} now, then record that they have it."


def _page(escalation: Escalation, **forms: Any) -> str:
    return render_template(
        "escalations/show.html", **(request_page_variables(work, escalation) | forms)
    )
