"""Mailbox sessions: opened with the return code, and closed again.

The public pages have no right to the table of visits. They have functions of the database, which
take what only a browser or a code gives, and by which it knows for the rest of the transaction
whose mailbox is open: the migration 0011 says what that lets them write.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from helpdesk.cases.models import Case
from helpdesk.core.codes import ReturnCode
from helpdesk.core.errors import NotFound
from helpdesk.core.sealing import SECRET_BYTES, CannotOpen, Secret
from helpdesk.core.work import Work, round_time_for_reporter
from helpdesk.intake.models import MailboxSession

IDLE: Final = timedelta(minutes=30)
FIND: Final = select(MailboxSession).from_statement(
    text("SELECT * FROM find_visit(:token, :oldest, :coarse)")
)


def open_mailbox(work: Work, case: Case, code: ReturnCode, *, intake_keys: Iterable[bytes]) -> str:
    """Open the mailbox of a case: returns the token for the browser's cookie, which alone opens
    what the session holds.

    A visit is written into no history: how often somebody looks is nobody's business. Those that
    have ended by themselves are deleted with it.
    """
    proofs = (code.proof(key) for key in intake_keys if code.tag(key) == case.reporter_tag)
    proof = next(proofs, None)
    if proof is None:
        raise NotFound
    cookie = Secret(secrets.token_bytes(SECRET_BYTES))
    visit = MailboxSession(id=_id_of(cookie), case_id=case.id)
    unlocked = cookie.seal(code.secret().raw, visit.envelope_place_of("unlocked"))
    opened = func.open_visit(proof, _token_of(cookie), unlocked.raw, work.at)
    if work.session.scalar(select(opened)) != case.id:
        raise NotFound
    return cookie.raw.hex()


def close_mailbox(work: Work) -> None:
    """Close the mailbox that is open in this browser."""
    work.session.execute(select(func.end_visit()))


def find_mailbox_session(
    session: Session, token: str, at: datetime
) -> tuple[MailboxSession, Secret] | None:
    """Find the mailbox session of a browser and the reporter's secret, and note that it was used
    just now."""
    try:
        cookie = Secret(bytes.fromhex(token))
    except ValueError:
        return None
    if len(cookie.raw) != SECRET_BYTES:
        return None
    # A row is written every five minutes at most.
    asked = {"token": _token_of(cookie), "oldest": at - IDLE, "coarse": round_time_for_reporter(at)}
    visit = session.scalar(FIND, asked)
    if visit is None:
        return None
    try:
        return visit, Secret(cookie.open(visit.unlocked, visit.envelope_place_of("unlocked")))
    except CannotOpen:
        return None


def _token_of(cookie: Secret) -> str:
    """What shows the database that the browser is here; it keeps a hash of it."""
    return cookie.derive("id of a visit").hex()


def _id_of(cookie: Secret) -> str:
    return hashlib.sha256(_token_of(cookie).encode()).hexdigest()
