"""Who is at the door: found by the cookie that holds the key to a session."""

from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.web.work import STRANGER, Presence


def identify(session: Session, at: datetime) -> Presence:
    return STRANGER
