"""The identity behind a request at the public door: nobody, or a reporter back with the return
code."""

from datetime import datetime

from flask import request
from sqlalchemy.orm import Session

from helpdesk.core.actors import reporter
from helpdesk.intake.operations import find_mailbox_session
from helpdesk.web.request_work import STRANGER, Identity
from helpdesk.web.session_cookies import session_cookie_name


def identify_by_cookie(session: Session, at: datetime) -> Identity:
    """Identify the reporter by the cookie of their mailbox session; without one the database is not
    asked at all."""
    token = request.cookies.get(session_cookie_name())
    found = find_mailbox_session(session, token, at) if token else None
    if found is None:
        return STRANGER
    visit, own = found
    return Identity(reporter(visit.case_id), own=own, session_id=visit.id)
