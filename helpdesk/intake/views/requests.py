"""Requests to platforms as their reporter sees them: exactly what goes, and whether it helped."""

from flask import render_template
from flask.typing import ResponseReturnValue

from helpdesk.escalations import packets
from helpdesk.intake import queries
from helpdesk.intake.forms import VerdictForm
from helpdesk.intake.queries import Request
from helpdesk.intake.views.blueprint import bp
from helpdesk.intake.views.returning import in_mailbox
from helpdesk.web.work import work


@bp.get("/mailbox/case/requests/<ref>")
@in_mailbox
def show_request(ref: str) -> ResponseReturnValue:
    request = queries.request_of(work, queries.own_case(work), ref)
    return _request_page(request, VerdictForm())


def _request_page(request: Request, form: VerdictForm) -> str:
    text = work.keys.open_own(request.escalation, "packet_for_reporter")
    return render_template(
        "mailbox/request.html",
        request=request,
        packet=packets.read(text) if text else None,
        form=form,
    )
