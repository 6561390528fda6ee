"""The stored seed of a person's second factor, sealed to the surface by which they come in."""

import logging

from helpdesk.accounts.models import Person
from helpdesk.core.sealing import CannotOpen
from helpdesk.core.service_keys import second_factor_key_of
from helpdesk.core.work import Work

log = logging.getLogger(__name__)


def seal_second_factor_seed(work: Work, person: Person, seed: str) -> None:
    """Seal the seed of a person's second factor. Conflict in a process without its key.

    No rule: who may give a person a second factor has been asked before.
    """
    place = person.envelope_place_of("totp_seed")
    person.totp_seed = work.keys.service.seal(second_factor_key_of(person.role), seed, place)


def second_factor_seed_of(work: Work, person: Person) -> str | None:
    """The seed of a person's second factor, where there is one and this process may open it.

    No rule: it is used to let them in.
    """
    if person.totp_seed is None:
        return None
    place = person.envelope_place_of("totp_seed")
    try:
        return work.keys.service.open(second_factor_key_of(person.role), person.totp_seed, place)
    except CannotOpen:
        log.error("A second factor can’t be decrypted here. Did helpdesk keys reseal finish?")
        return None
