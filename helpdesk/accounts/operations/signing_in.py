"""The steps of signing in: find the person, count tries, check the passphrase, then the second
factor."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from helpdesk.accounts import queries, second_factor
from helpdesk.accounts.models import Person, SignInSession
from helpdesk.accounts.operations.passphrase_and_recovery_key import (
    rewrap_with_current_pepper,
    unlock_with_passphrase,
)
from helpdesk.accounts.operations.second_factors import (
    seal_second_factor_seed,
    second_factor_seed_of,
)
from helpdesk.accounts.operations.sessions import (
    create_session,
    delete_expired_sessions,
    end_other_sessions,
    end_session,
)
from helpdesk.accounts.passphrases import NOBODYS_SALT, PassphraseUnlockKey
from helpdesk.accounts.policy import may_sign_in_to, may_use_own_account
from helpdesk.core.errors import Conflict
from helpdesk.core.recent_times import CLOCKS_DIFFER
from helpdesk.core.sealing import Secret
from helpdesk.core.work import Work

# So many tries are free; then every next one makes the wait twice as long.
FREE_TRIES: Final = 8
FIRST_WAIT: Final = timedelta(seconds=15)
LONGEST_WAIT: Final = timedelta(minutes=15)
# So many wrong codes in browsers that know the person, all together; then these are strangers, too.
TRIES_IN_KNOWN_BROWSERS: Final = 50


@dataclass(frozen=True)
class SignInCandidate:
    """The person who may be signing in, and the salt to derive their key with. With no person
    behind it, it costs and looks the same."""

    person: Person | None
    salt: bytes = field(default=NOBODYS_SALT, repr=False)


def find_person_signing_in(work: Work, *, handle: str, surface: str) -> SignInCandidate:
    """Find the person of a sign-in name. Tries are counted at the door, by browser and name:
    nothing is written here that a stranger could use to keep somebody out."""
    person = work.session.scalar(select(Person).where(Person.handle == handle))
    if person is None or person.salt is None or not may_sign_in_to(person, surface):
        return SignInCandidate(None)
    return SignInCandidate(person, person.salt)


def count_sign_in_attempt(work: Work, person: Person) -> None:
    """Count one more attempt to sign in; after the free ones the next must wait, and history says
    so.

    No rule: a stranger is at the door.
    """
    failures, closed_until = person.failures + 1, None
    if failures > FREE_TRIES:
        doublings = min(failures - FREE_TRIES - 1, 10)
        closed_until = work.at + min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)
        work.record("person.slowed", person, failures=failures)
    counted = update(Person).where(Person.id == person.id)
    work.session.execute(counted.values(failures=failures, closed_until=closed_until))


def count_try_in_known_browser(work: Work, person: Person) -> bool:
    """Count one more code tried in a browser that has let the person in; False if these are used
    up.

    No rule, as above.
    """
    return _count_own_try(
        work, person, Person.failures_in_known_browsers, most=TRIES_IN_KNOWN_BROWSERS
    )


def count_try_beside_recovery_key(work: Work, person: Person) -> bool:
    """Count one more code tried beside the recovery key; False if these are used up. Whoever
    guesses beside the passphrase spends none of them, and so keeps nobody from making it worthless.

    No rule, as above.
    """
    return _count_own_try(work, person, Person.failures_beside_recovery_key, most=FREE_TRIES)


def _count_own_try(
    work: Work, person: Person, counter: InstrumentedAttribute[int], *, most: int
) -> bool:
    tries = getattr(person, counter.key) + 1
    if tries > most:
        return False
    counted = update(Person).where(Person.id == person.id)
    work.session.execute(counted.values({counter: tries}))
    return True


def begin_sign_in(
    work: Work, attempt: SignInCandidate, lock: PassphraseUnlockKey, *, surface: str
) -> str | None:
    """Begin a session after the right passphrase: half of one, whose token goes into the cookie.
    None if the passphrase is wrong."""
    if attempt.person is None:
        return None
    # Held while its lock is renewed: a passphrase that is changed at this moment must stay.
    held: Any = dict(queries.LOCKED) if lock.renewed is not None else None
    person = work.session.get_one(Person, attempt.person.id, with_for_update=held)
    try:
        secret = unlock_with_passphrase(person, lock)
    except Conflict:
        return None
    if lock.renewed is not None:
        rewrap_with_current_pepper(work, person, secret, lock.renewed)
    return create_session(work, person, secret, surface=surface, is_complete=False)


def complete_sign_in(work: Work, half: SignInSession, secret: Secret, code: str) -> str | None:
    """Complete a session with the right second factor, under a new token. Each code works once.

    None, too, where everybody is signed out at this moment. No rule: passphrase and code are what
    lets in.
    """
    person = half.person
    if not use_second_factor_code(work, person, code):
        return None
    # The person's row is ours now. Whoever signed everybody out had it, and ended this half, too.
    if work.session.scalar(select(SignInSession.id).where(SignInSession.id == half.id)) is None:
        return None
    end_session(work, half)
    person.forget_failures()
    delete_expired_sessions(work)
    work.record("person.signed_in", person, surface=half.surface)
    return create_session(work, person, secret, surface=half.surface, is_complete=True)


def use_second_factor_code(work: Work, person: Person, code: str) -> bool:
    """Check a second-factor code and mark it as used: whether it is right now and was not used
    before."""
    seed = second_factor_seed_of(work, person)
    step = second_factor.totp_step_of(seed, code, work.at) if seed is not None else None
    if step is None:
        return False
    # One statement, so that of two tabs with the same code only one comes in. A step of the future
    # was used while our clock was ahead: it counts as none, or nobody came in until that time.
    last, newest = Person.totp_last_step, second_factor.newest_totp_step(work.at)
    used = (
        update(Person)
        .where(Person.id == person.id, or_(last < step, last > newest))
        .values(totp_last_step=step)
        .returning(Person.id)
    )
    return work.session.scalar(used) is not None


def may_try_second_factor(work: Work, person: Person) -> bool:
    """Whether the second factor may be tried now, or has to wait after wrong codes."""
    until = person.closed_until
    # A wait that is longer than any was begun while the clock was ahead.
    return until is None or not work.at < until <= work.at + LONGEST_WAIT + CLOCKS_DIFFER


def replace_second_factor(
    work: Work,
    person: Person,
    *,
    current: PassphraseUnlockKey,
    seed: str,
    first_code: str,
    session_id: str,
) -> None:
    """Replace a person's second factor with that of another phone: the old one's codes are worth
    nothing, other browsers are signed out.

    Conflict if the passphrase is not theirs, or the new phone does not show the right code yet.
    """
    work.require(may_use_own_account, person)
    unlock_with_passphrase(person, current)
    step = second_factor.totp_step_of(seed, first_code, work.at)
    if step is None:
        raise Conflict(second_factor.why_code_is_wrong(seed, first_code, work.at))
    seal_second_factor_seed(work, person, seed)
    person.totp_last_step = step
    end_other_sessions(work, person, keep=session_id)
    work.record("person.second_factor_moved", person)
