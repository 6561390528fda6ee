"""Operations on what locks a person's key: change the passphrase, make a recovery key, recover the
account."""

import hashlib
from typing import Final

from helpdesk.accounts.models import Person
from helpdesk.accounts.operations.sessions import end_all_sessions, end_other_sessions
from helpdesk.accounts.passphrases import PassphraseUnlockKey
from helpdesk.accounts.policy import may_use_own_account
from helpdesk.core import codes
from helpdesk.core.errors import Conflict
from helpdesk.core.sealing import CannotOpen, Secret
from helpdesk.core.work import Work

NOT_RIGHT: Final = "That isn’t your passphrase."


def recover_account(
    work: Work, person: Person, secret: Secret, *, lock: PassphraseUnlockKey
) -> str:
    """Recover an account: lock its key under a new passphrase and a new recovery key; everybody
    signed in is signed out.

    Who calls this has opened the key with the recovery key and seen the second factor.
    """
    work.require(may_use_own_account, person)
    _lock_under_passphrase(person, secret, lock)
    end_all_sessions(work, person)
    person.forget_failures()
    work.record("person.recovered", person)
    return lock_under_new_recovery_key(person, secret)


def change_passphrase(
    work: Work,
    person: Person,
    *,
    current: PassphraseUnlockKey,
    new: PassphraseUnlockKey,
    session_id: str,
) -> None:
    """Change the passphrase of a person's key. Other browsers are signed out."""
    work.require(may_use_own_account, person)
    _lock_under_passphrase(person, unlock_with_passphrase(person, current), new)
    end_other_sessions(work, person, keep=session_id)
    work.record("person.passphrase_changed", person)


def rewrap_with_current_pepper(
    work: Work, person: Person, secret: Secret, lock: PassphraseUnlockKey
) -> None:
    """Lock the key under the same passphrase with the current pepper.

    No rule: who calls this has just opened it with that passphrase.
    """
    _lock_under_passphrase(person, secret, lock)
    work.record("person.lock_renewed", person)


def new_recovery_key(work: Work, person: Person, *, current: PassphraseUnlockKey) -> str:
    """Create a new recovery key, shown once; the old one opens nothing any more."""
    work.require(may_use_own_account, person)
    recovery_key = lock_under_new_recovery_key(person, unlock_with_passphrase(person, current))
    work.record("person.recovery_key_made", person)
    return recovery_key


def unlock_with_passphrase(person: Person, lock: PassphraseUnlockKey) -> Secret:
    """Unlock the person's secret with their passphrase; Conflict if it is not theirs."""
    place = person.envelope_place_of("under_passphrase")
    try:
        if person.under_passphrase is None or person.key is None:
            raise CannotOpen
        return person.key.public.of(Secret(lock.secret.open(person.under_passphrase, place)))
    except CannotOpen:
        raise Conflict(NOT_RIGHT) from None


def is_right_passphrase(person: Person, lock: PassphraseUnlockKey) -> bool:
    """Whether this is the person's passphrase."""
    try:
        unlock_with_passphrase(person, lock)
    except Conflict:
        return False
    return True


def unlock_with_recovery_key(person: Person, recovery_key: str) -> Secret | None:
    """Unlock the person's secret with their recovery key."""
    try:
        if person.under_recovery is None or person.key is None:
            return None
        sealed, place = person.under_recovery, person.envelope_place_of("under_recovery")
        return person.key.public.of(Secret(_recovery_secret(recovery_key).open(sealed, place)))
    except CannotOpen:
        return None


def lock_under_new_recovery_key(person: Person, secret: Secret) -> str:
    """Lock the key under a fresh recovery key, and return that key to be shown once."""
    recovery_key = codes.new_one_time_code()
    place = person.envelope_place_of("under_recovery")
    person.under_recovery = _recovery_secret(recovery_key).seal(secret.raw, place)
    return recovery_key


def _lock_under_passphrase(person: Person, secret: Secret, lock: PassphraseUnlockKey) -> None:
    person.salt = lock.salt
    person.under_passphrase = lock.secret.seal(
        secret.raw, person.envelope_place_of("under_passphrase")
    )


def _recovery_secret(recovery_key: str) -> Secret:
    """130 random bits need no slow hash, and no pepper: there is nothing to guess."""
    plain = codes.clean_typed_code(recovery_key).encode()
    return Secret(hashlib.blake2b(plain, person=b"hd recovery key", digest_size=32).digest())
