"""Authentication of staff and partners: signing in, and identifying who sent a request by its
cookie."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import request
from sqlalchemy.orm import Session

from helpdesk.accounts import operations, passphrases, queries, second_factor
from helpdesk.accounts.models import Person, SignInSession
from helpdesk.accounts.operations import (
    passphrase_and_recovery_key,
    sessions,
    signed_in_person,
    signing_in,
)
from helpdesk.core.actors import SYSTEM
from helpdesk.core.app_context import AppContext
from helpdesk.core.errors import Conflict
from helpdesk.core.sealing import Secret
from helpdesk.core.work import Work
from helpdesk.web.current_app_context import current_surface
from helpdesk.web.request_work import STRANGER, Identity
from helpdesk.web.session_cookies import session_cookie_name


def identify_by_cookie(session: Session, at: datetime) -> Identity:
    """Identify the person by the session cookie, with the key that only the cookie opens."""
    token = request.cookies.get(session_cookie_name())
    if not token:
        return STRANGER
    person = signed_in_person.load_signed_in_person(
        session, token, surface=current_surface(), at=at
    )
    if person is None:
        return STRANGER
    secrets = {person.key_id: person.secret}
    return Identity(person.as_actor(), secrets, person=person, session_id=person.sign_in_id)


@dataclass(frozen=True)
class SignInResult:
    """The result of signing in: the token of the whole session, and under which name."""

    token: str
    handle: str


def try_passphrase(
    context: AppContext, *, handle: str, passphrase: str, surface: str, is_known: bool = False
) -> str | None:
    """Try a passphrase, the first half of signing in: a token for the second, or None, whatever the
    reason.

    `is_known`: this browser has let the person in before. Its turn is not taken by strangers.
    """
    with context.begin() as work:
        attempt = operations.find_person_signing_in(work, handle=handle, surface=surface)
    turns = passphrases.KNOWN if is_known else passphrases.STRANGERS
    lock = passphrases.rederive_key_from_passphrase(
        passphrase, attempt.salt, context.service.peppers_for_surface(surface), slots=turns
    )  # slow: no transaction is open
    with context.begin() as work:
        return operations.begin_sign_in(work, attempt, lock, surface=surface)


def try_second_factor(
    context: AppContext,
    *,
    token: str,
    code: str,
    surface: str,
    is_known: Callable[[str], bool] = lambda _handle: False,
) -> SignInResult | None:
    """Try a second-factor code, the second half: a new token for the whole session, or None,
    whatever the reason.

    A browser that has let this person in before does not wait for those who tried elsewhere, while
    it has tries of its own.
    """
    with context.begin() as work:
        half = session_awaiting_second_factor(work, token, surface=surface)
        if half is None:
            return None
        # Held while it is counted: a hundred codes at once are a hundred tries.
        queries.lock_person_at_the_door(work, half.person)
        is_own = is_known(half.person.handle)
        if not (is_own and signing_in.count_try_in_known_browser(work, half.person)):
            if not signing_in.may_try_second_factor(work, half.person):
                return None
            signing_in.count_sign_in_attempt(work, half.person)
        actor = half.person.as_actor()
    with context.begin(actor) as work:
        half = session_awaiting_second_factor(work, token, surface=surface)
        secret = sessions.secret_of_session(half, token) if half is not None else None
        if half is None or secret is None:
            return None
        handle, whole = half.person.handle, operations.complete_sign_in(work, half, secret, code)
        return SignInResult(whole, handle) if whole is not None else None


def actor_id_of_session_token(context: AppContext, token: str, *, surface: str) -> str | None:
    """The actor id, in history, of whoever has just signed in with this token."""
    with context.begin() as work:
        row = sessions.find_session(work.session, token, surface=surface, at=work.at)
        return row.person.as_actor().id if row is not None and row.is_complete else None


def session_awaiting_second_factor(work: Work, token: str, *, surface: str) -> SignInSession | None:
    """The session that awaits the second factor, after the passphrase."""
    row = sessions.find_session(work.session, token, surface=surface, at=work.at)
    return row if row is not None and not row.is_complete else None


def person_by_invitation_code(context: AppContext, *, code: str, surface: str) -> Person | None:
    """The person who was invited at this surface with this code, or None."""
    with context.begin() as work:
        return operations.person_by_enrolment_code(work, code, surface=surface)


def try_enrolment(
    context: AppContext, *, code: str, passphrase: str, seed: str, first_code: str, surface: str
) -> operations.EnrolmentResult | None:
    """Try to enrol whoever was invited with this code; None if the six digits are not right."""
    person = person_by_invitation_code(context, code=code, surface=surface)
    if person is None:
        raise Conflict("This enrolment code has already been used. Ask for a new one.")
    if second_factor.totp_step_of(seed, first_code, context.now()) is None:
        return None
    # Slow, so no transaction is open here.
    lock = passphrases.derive_key_from_passphrase(
        passphrase, context.service.peppers_for_surface(surface)
    )
    with context.begin(person.as_actor()) as work:
        person = operations.person_by_enrolment_code(work, code, surface=surface)
        if person is None or second_factor.totp_step_of(seed, first_code, work.at) is None:
            return None
        return operations.enrol(work, person, lock=lock, seed=seed, first_code=first_code)


def try_recovery(
    context: AppContext, *, handle: str, recovery_key: str, code: str, passphrase: str, surface: str
) -> str | None:
    """Try to recover an account with the recovery key and the second factor, under a new
    passphrase: the next recovery key, or None."""
    with context.begin() as work:
        attempt = operations.find_person_signing_in(work, handle=handle, surface=surface)
        person, _secret = _opened(work, attempt, recovery_key)
        if person is None:
            return None  # the key has 130 bits: nothing is learnt from how fast it is refused
        # Whoever found the key guesses six digits: counted and soon held as beside a passphrase.
        queries.lock_person_at_the_door(work, person)
        if not signing_in.count_try_beside_recovery_key(work, person):
            if not signing_in.may_try_second_factor(work, person):
                return None
            signing_in.count_sign_in_attempt(work, person)
    # Slow, so no transaction is open here.
    lock = passphrases.derive_key_from_passphrase(
        passphrase, context.service.peppers_for_surface(surface)
    )
    actor = attempt.person.as_actor() if attempt.person is not None else SYSTEM
    with context.begin(actor) as work:
        person, secret = _opened(work, attempt, recovery_key)
        if person is None or secret is None:
            return None
        if not operations.use_second_factor_code(work, person, code):
            return None
        return operations.recover_account(work, person, secret, lock=lock)


def _opened(
    work: Work, attempt: operations.SignInCandidate, recovery_key: str
) -> tuple[Person | None, Secret | None]:
    if attempt.person is None:
        return None, None
    person = work.session.get_one(Person, attempt.person.id)
    secret = passphrase_and_recovery_key.unlock_with_recovery_key(person, recovery_key)
    return (person, secret) if secret is not None else (None, None)
