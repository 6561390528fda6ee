"""Who sent a request at the partner desk: somebody with an account there, or with the link and the
code of one request."""

from datetime import datetime

from flask import request
from sqlalchemy.orm import Session

from helpdesk.accounts import authentication
from helpdesk.escalations.operations.link_visits import find_link_visit
from helpdesk.web.request_work import STRANGER, Identity
from helpdesk.web.session_cookies import session_cookie_name


def identify_by_cookie(session: Session, at: datetime) -> Identity:
    """Identify who is here by the session cookie, with the key that only the cookie opens."""
    token = request.cookies.get(session_cookie_name())
    if not token:
        return STRANGER
    signed_in = authentication.identify_by_cookie(session, at)
    if signed_in is not STRANGER:
        return signed_in
    visit = find_link_visit(session, token, at)
    if visit is None:
        return STRANGER
    return Identity(visit.actor, visit.secrets, session_id=visit.visit_id)
