"""Staff pages of the link and the code by which a partner without an account opens a request."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.core.errors import NotFound
from helpdesk.core.markup import bidi_isolate
from helpdesk.escalations import operations
from helpdesk.escalations.forms import CodeGivenForm
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.models.partner_link import GivenWay
from helpdesk.escalations.partner_links import last_link_of, link_mark_of
from helpdesk.escalations.policy import may_open_by_link
from helpdesk.escalations.views.blueprints import bp
from helpdesk.escalations.views.request_addresses import find_request, redirect_to_request
from helpdesk.escalations.views.request_page_variables import request_page_variables
from helpdesk.web.request_work import work
from helpdesk.web.stale_page_marks import submitted_page_mark


@bp.post("/<request_ref>/link")
def create_link(ref: str, request_ref: str) -> ResponseReturnValue:
    """Make a link and a code: the page that shows the code, once."""
    escalation = _find(ref, request_ref)
    code = operations.make_link(work, escalation, seen=submitted_page_mark())
    link = last_link_of(work, escalation)
    return render_template(
        "escalations/link_code.html",
        case=escalation.case,
        escalation=escalation,
        code=code,
        link_mark=link_mark_of(link),
        form=CodeGivenForm(formdata=None),
    ), 201


@bp.post("/<request_ref>/link/code")
def create_code_given(ref: str, request_ref: str) -> ResponseReturnValue:
    """Record that they have the code."""
    escalation, form = _find(ref, request_ref), CodeGivenForm()
    if not form.validate_on_submit():
        page = request_page_variables(work, escalation) | {"code_form": form}
        return render_template("escalations/show.html", **page), 422
    operations.record_code_given(
        work, escalation, way=GivenWay(form.way.data), seen=submitted_page_mark()
    )
    whom = bidi_isolate(escalation.partner.name)
    flash(f"Recorded: {whom} has the code. The email with the link is being sent now.")
    return redirect_to_request(escalation)


@bp.post("/<request_ref>/link/end")
def create_link_end(ref: str, request_ref: str) -> ResponseReturnValue:
    """End the link."""
    escalation = _find(ref, request_ref)
    operations.end_link(work, escalation, seen=submitted_page_mark())
    flash("The link has ended. Nothing opens with it any more.")
    return redirect(url_for(".show", ref=ref, request_ref=escalation.ref, _anchor="link"), 303)


def _find(ref: str, request_ref: str) -> Escalation:
    escalation = find_request(ref, request_ref)
    if not may_open_by_link(work.actor, escalation):
        raise NotFound
    return escalation
