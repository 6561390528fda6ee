"""Mailbox pages of requests to platforms: exactly what is sent, and whether it helped."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from helpdesk.core.markup import bidi_isolate
from helpdesk.core.stale_page_marks import mark_of
from helpdesk.escalations import packets
from helpdesk.escalations.stale_page_marks import last_decision_mark
from helpdesk.escalations.states import Verdict
from helpdesk.intake import operations, queries
from helpdesk.intake.forms import ReporterVerdictForm
from helpdesk.intake.request_status import RequestStatus
from helpdesk.intake.views.blueprint import bp
from helpdesk.intake.views.return_code import mailbox_required
from helpdesk.web.request_work import work
from helpdesk.web.stale_page_marks import submitted_page_mark


@bp.get("/mailbox/case/requests/<ref>")
@mailbox_required
def show_request(ref: str) -> ResponseReturnValue:
    """The page of one request, for its reporter."""
    request = queries.request_status_of(work, queries.own_case(work), ref)
    return _request_page(request, ReporterVerdictForm())


@bp.post("/mailbox/case/requests/<ref>/refusal")
@mailbox_required
def create_partner_refusal(ref: str) -> ResponseReturnValue:
    """Say no to the team that a request is written to, and not to the whole platform."""
    case = queries.own_case(work)
    request = queries.request_status_of(work, case, ref)
    operations.refuse_partner(work, case, request.escalation, seen=submitted_page_mark())
    name = bidi_isolate(request.escalation.partner.name)
    flash(_("We’ve noted that you don’t want us to ask %(name)s. We won’t ask them.", name=name))
    return redirect(url_for(".show_case", _anchor="requests"), 303)


@bp.post("/mailbox/case/requests/<ref>/verification")
@mailbox_required
def create_verdict(ref: str) -> ResponseReturnValue:
    """Record whether it is really fixed."""
    request = queries.request_status_of(work, queries.own_case(work), ref)
    form = ReporterVerdictForm()
    if not form.validate_on_submit():
        return _request_page(request, form), 422
    operations.record_own_verdict(
        work, request.escalation, verdict=Verdict(form.verdict.data), seen=submitted_page_mark()
    )
    flash(_("Thank you. The person working on your case will see this."))
    return redirect(url_for(".show_case"), 303)


@bp.post("/mailbox/case/requests/<ref>/verification/<verification_id>/objection")
@mailbox_required
def create_verdict_dispute(ref: str, verification_id: str) -> ResponseReturnValue:
    """Dispute a verdict that staff recorded."""
    request = queries.request_status_of(work, queries.own_case(work), ref)
    operations.dispute_verdict(work, request.escalation, verification_id)
    flash(_("Thank you for telling us. What we noted no longer counts."))
    return redirect(url_for(".show_case", _anchor="requests"), 303)


def _request_page(request: RequestStatus, form: ReporterVerdictForm) -> str:
    text = work.keys.open_own(request.escalation, "packet_for_reporter")
    return render_template(
        "mailbox/request.html",
        request=request,
        packet=packets.parse_packet(text) if text else None,
        form=form,
        partner_mark=mark_of(request.escalation.partner_id),
        decision_mark=last_decision_mark(work, request.escalation),
    )
