"""Coming back with the return code, and going away again."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from helpdesk.cases.models import Case
from helpdesk.core.codes import ReturnCode
from helpdesk.core.sealing import SECRET_BYTES, CannotOpen, Secret
from helpdesk.core.work import Work, reporters_time
from helpdesk.intake.models import Visit

IDLE: Final = timedelta(minutes=30)


def come_in(work: Work, case: Case, code: ReturnCode) -> str:
    """Open the mailbox of a case: the token for the browser, which alone opens what the row holds.

    A visit is written into no history: how often somebody looks is nobody's business.
    """
    forget_old_visits(work)
    cookie = Secret(secrets.token_bytes(SECRET_BYTES))
    visit = Visit(id=_id_of(cookie), case_id=case.id, begun_at=work.at, seen_at=work.at)
    visit.unlocked = cookie.seal(code.secret().raw, visit.place_of("unlocked"))
    work.session.add(visit)
    return cookie.raw.hex()


def go_away(work: Work, visit_id: str | None) -> None:
    """Close the mailbox in this browser."""
    work.session.execute(delete(Visit).where(Visit.id == visit_id))


def forget_old_visits(work: Work) -> None:
    """Delete every visit that has ended by itself."""
    work.session.execute(delete(Visit).where(Visit.seen_at < work.at - IDLE))


def find_visit(session: Session, token: str, at: datetime) -> tuple[Visit, Secret] | None:
    """The visit of a browser and the reporter's secret, and a note that it was used just now."""
    try:
        cookie = Secret(bytes.fromhex(token))
    except ValueError:
        return None
    if len(cookie.raw) != SECRET_BYTES:
        return None
    visit = session.get(Visit, _id_of(cookie))
    if visit is None or visit.seen_at < at - IDLE:
        return None
    try:
        own = Secret(cookie.open(visit.unlocked, visit.place_of("unlocked")))
    except CannotOpen:
        return None
    if visit.seen_at < reporters_time(at):  # a row is written every five minutes at most
        seen = update(Visit).where(Visit.id == visit.id).values(seen_at=reporters_time(at))
        session.execute(seen)
    return visit, own


def _id_of(cookie: Secret) -> str:
    return cookie.derive("id of a visit").hex()
