"""Enrolment: an invited person makes their key, and locks it under passphrase and recovery key."""

from dataclasses import dataclass

from sqlalchemy import select

from helpdesk.accounts import second_factor
from helpdesk.accounts.models import Person
from helpdesk.accounts.operations.email_addresses import send_first_email_address_code
from helpdesk.accounts.operations.passphrase_and_recovery_key import lock_under_new_recovery_key
from helpdesk.accounts.operations.people import hash_enrolment_code
from helpdesk.accounts.operations.second_factors import seal_second_factor_seed
from helpdesk.accounts.operations.team_keys import create_team_key
from helpdesk.accounts.passphrases import PassphraseUnlockKey
from helpdesk.accounts.policy import role_may_use_surface
from helpdesk.core.errors import Conflict
from helpdesk.core.key_signatures import sign_key
from helpdesk.core.keys import Key, KeyKind
from helpdesk.core.sealing import Secret
from helpdesk.core.service_keys import signing_key_of
from helpdesk.core.work import Work


@dataclass(frozen=True)
class EnrolmentResult:
    """What enrolling returns. The recovery key is shown once; the secret is in nobody's table."""

    person: Person
    secret: Secret
    recovery_key: str


def person_by_enrolment_code(work: Work, code: str, *, surface: str) -> Person | None:
    """The invited person with this enrolment code, at this surface, while the code is valid; or
    None."""
    invited = select(Person).where(
        Person.enrolment_tag == hash_enrolment_code(code),
        Person.enrolment_until > work.at,
        Person.disabled_at.is_(None),
    )
    person = work.session.scalar(invited.with_for_update(of=Person, key_share=True))
    return person if person is not None and role_may_use_surface(person.role, surface) else None


def enrol(
    work: Work, person: Person, *, lock: PassphraseUnlockKey, seed: str, first_code: str
) -> EnrolmentResult:
    """Enrol a person: give them a key of their own. The first who enrols in a team makes the team's
    key.

    No rule: whoever holds the invitation's code is the person, and nobody is signed in yet.
    """
    step = second_factor.totp_step_of(seed, first_code, work.at)
    if person.enrolment_tag is None:
        raise Conflict("This enrolment code has already been used. Ask for a new one.")
    if step is None:
        raise Conflict(second_factor.NOT_RIGHT)
    house = work.keys.service.secret(signing_key_of(person.role))
    if house is None:
        raise Conflict("This process has no key to sign yours with.")
    secret = Secret.new()
    person.key = _new_key(work, person, secret)
    person.salt = lock.salt
    person.under_passphrase = lock.secret.seal(
        secret.raw, person.envelope_place_of("under_passphrase")
    )
    recovery_key = lock_under_new_recovery_key(person, secret)
    seal_second_factor_seed(work, person, seed)
    person.totp_last_step = step
    person.enrolment_tag = person.enrolment_until = None
    person.forget_failures()
    work.session.flush()  # the copies of the teams' keys point at this key's row
    sign_key(work.session, person.key, by=house, secret=secret)
    work.record("person.enrolled", person)
    send_first_email_address_code(work, person)
    for membership in person.memberships:
        create_team_key(work, membership.team, person)
    return EnrolmentResult(person, secret, recovery_key)


def _new_key(work: Work, person: Person, secret: Secret) -> Key:
    before = work.session.scalars(
        select(Key.epoch).where(Key.owner_id == person.id, Key.kind == KeyKind.PERSON)
    ).all()
    return Key(
        kind=KeyKind.PERSON,
        owner_id=person.id,
        epoch=max(before, default=0) + 1,
        public_half=secret.public.raw,
    )
