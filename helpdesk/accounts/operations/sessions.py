"""Sign-in sessions on the server: created, found by the cookie's token, ended and deleted."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select, update
from sqlalchemy.orm import Session, joinedload, lazyload

from helpdesk.accounts import queries
from helpdesk.accounts.models import Person, SignInSession, unlocked_key_envelope_place
from helpdesk.accounts.policy import may_sign_in_to, may_use_own_account
from helpdesk.core.recent_times import column_not_ahead, happened_within
from helpdesk.core.sealing import CannotOpen, Secret
from helpdesk.core.work import Work

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
# Between the passphrase and the second factor.
HALFWAY: Final = timedelta(minutes=10)
# Seen again within this time is not written down again: reading a page should write nothing.
FRESH: Final = timedelta(minutes=1)
# All of it in one trip, and without the public key.
WHOLE: Final = (
    select(SignInSession)
    .where(SignInSession.id == bindparam("id"))
    .options(
        joinedload(SignInSession.person).options(
            joinedload(Person.memberships), lazyload(Person.key)
        )
    )
)


def create_session(
    work: Work, person: Person, secret: Secret, *, surface: str, is_complete: bool
) -> str:
    """Create a session, whose key opens only with the token that this returns for the cookie."""
    token = secrets.token_urlsafe(32)
    row = SignInSession(
        id=session_id_of(token),
        person_id=person.id,
        surface=surface,
        is_complete=is_complete,
        begun_at=work.at,
        seen_at=work.at,
    )
    row.unlocked = _secret_of(token).seal(secret.raw, row.envelope_place_of("unlocked"))
    work.session.add(row)
    return token


def find_session(
    session: Session, token: str, *, surface: str, at: datetime
) -> SignInSession | None:
    """Find the session of a cookie's token, if it is of this surface, not too old and the person
    may come in."""
    row = session.scalars(WHOLE, {"id": session_id_of(token)}).unique().one_or_none()
    is_good = row is not None and is_session_valid(row, row.person, surface=surface, at=at)
    return row if is_good else None


def is_session_valid(row: Any, person: Any, *, surface: str, at: datetime) -> bool:
    """Whether a session is of this surface, not too old, and its person may come in."""
    return row.surface == surface and is_session_fresh(row, at) and may_sign_in_to(person, surface)


def touch_session(session: Session, row: Any, *, at: datetime) -> None:
    """Update when a session was last used. If it was ended in the meantime, nothing is noted."""
    if at - row.seen_at > FRESH:
        session.execute(update(SignInSession).where(SignInSession.id == row.id).values(seen_at=at))


def secret_of_session(row: Any, token: str) -> Secret | None:
    """Open the person's secret in a session with the cookie's token."""
    try:
        return Secret(_secret_of(token).open(row.unlocked, unlocked_key_envelope_place(row.id)))
    except CannotOpen:
        return None


def sign_out(work: Work, row: SignInSession) -> None:
    """Sign out: end this session."""
    work.require(may_use_own_account, row.person)
    end_session(work, row)
    work.record("person.signed_out", row.person)


def sign_out_everywhere(work: Work, person: Person) -> None:
    """Sign out everywhere: end every session of a person, at once."""
    work.require(may_use_own_account, person)
    # Who is about to come in has this row: waited for, and then ended with the others.
    queries.lock_person_at_the_door(work, person)
    end_all_sessions(work, person)
    work.record("person.signed_out_everywhere", person)


def end_other_sessions(work: Work, person: Person, *, keep: str) -> None:
    """End every session of a person but this one."""
    _end(work, _ids(SignInSession.person_id == person.id, SignInSession.id != keep))


def end_all_sessions(work: Work, person: Person) -> None:
    """End every session of a person; the caller has asked whether it may."""
    _end(work, _ids(SignInSession.person_id == person.id))


def end_session(work: Work, row: SignInSession) -> None:
    """End one session, whatever for. No rule: who calls it has asked."""
    _end(work, _ids(SignInSession.id == row.id))


def delete_expired_sessions(work: Work) -> None:
    """Delete all expired sessions, whoever's they were."""
    over = _ids(
        or_(
            SignInSession.seen_at < work.at - IDLE,
            SignInSession.begun_at < work.at - LONGEST,
            ~column_not_ahead(SignInSession.seen_at, at=work.at),
            ~column_not_ahead(SignInSession.begun_at, at=work.at),
        )
    )
    # A row that somebody is using at this moment is not over; the next sweep sees it.
    _end(work, over.with_for_update(skip_locked=True))


def _ids(*which: ColumnElement[bool]) -> Select[str]:
    return select(SignInSession.id).where(*which)


def _end(work: Work, ids: Select[str]) -> None:
    """Delete those by a function: with a table's DELETE a role could lock all of it."""
    work.session.flush()
    work.session.execute(select(func.end_sign_ins(func.array(ids.scalar_subquery()))))


def is_session_fresh(row: Any, at: datetime) -> bool:
    """Whether a session has not expired: neither since it was used last nor since it began. One of
    a moment in which the clock was ahead would not end for as long: it counts for nothing."""
    if not row.is_complete:
        return happened_within(row.begun_at, HALFWAY, at=at)
    return happened_within(row.seen_at, IDLE, at=at) and happened_within(
        row.begun_at, LONGEST, at=at
    )


def session_id_of(token: str) -> str:
    """The id of a session's row: a hash of the cookie's token."""
    return hashlib.blake2b(token.encode(), person=b"hd sign-in id", digest_size=32).hexdigest()


def _secret_of(token: str) -> Secret:
    raw = hashlib.blake2b(token.encode(), person=b"hd sign-in key", digest_size=32).digest()
    return Secret(raw)
