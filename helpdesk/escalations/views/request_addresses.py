"""The request that an address names, and the way back to its page: for every view of one."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from helpdesk.cases.queries import case_by_ref
from helpdesk.escalations import queries
from helpdesk.escalations.models import Escalation
from helpdesk.web.request_work import work


def find_request(ref: str, request_ref: str) -> Escalation:
    """Find the request that an address names, or NotFound."""
    return queries.request_by_ref(work, case_by_ref(work, ref), request_ref)


def redirect_to_request(escalation: Escalation) -> ResponseReturnValue:
    """Redirect to the page of a request."""
    address = url_for("escalations.show", ref=escalation.case.ref, request_ref=escalation.ref)
    return redirect(address, 303)
