"""Service keys: the keys that a process has of its own, by purpose, for what must work while nobody
is signed in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from helpdesk.core.actors import Role
from helpdesk.core.errors import Conflict
from helpdesk.core.history import verification_key_of
from helpdesk.core.sealing import CannotOpen, Envelope, EnvelopePlace, PublicKey, Secret
from helpdesk.core.signing import verification_key
from helpdesk.key_files import PEPPERS, PUBLIC_HALF, SIGNING, KeyFile


@dataclass(frozen=True)
class ServiceKeys:
    """The service keys of a process: the secrets of some purposes, and the public halves of
    others."""

    secrets: Mapping[KeyFile, Secret] = field(default_factory=dict, repr=False)
    publics: Mapping[KeyFile, bytes] = field(default_factory=dict)
    peppers: Mapping[str, tuple[Secret, ...]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, files: Mapping[KeyFile, tuple[bytes, ...]]) -> "ServiceKeys":
        """What was read from the files that this process is given."""
        secrets = {
            one: Secret(raw[0])
            for one, raw in files.items()
            if not one.is_public and one not in PEPPERS.values()
        }
        peppers = {
            door: tuple(Secret(raw) for raw in files[one])
            for door, one in PEPPERS.items()
            if one in files
        }
        halves = {one: files[half][0] for one, half in PUBLIC_HALF.items() if half in files}
        halves |= {one: public_half_of(one, secrets[one]) for one in PUBLIC_HALF if one in secrets}
        return cls(secrets, halves, peppers)

    def secret(self, purpose: KeyFile) -> Secret | None:
        """The whole key of a purpose, where this process has it."""
        return self.secrets.get(purpose)

    def peppers_for_surface(self, door: str) -> tuple[Secret, ...]:
        """The peppers of those who come in by a door, the current one first; others have none."""
        return self.peppers.get(door, ())

    def public_half(self, purpose: KeyFile) -> bytes:
        """What checks what the key of a purpose signed; empty where this process has none."""
        secret = self.secrets.get(purpose)
        return (
            public_half_of(purpose, secret)
            if secret is not None
            else self.publics.get(purpose, b"")
        )

    def seal(self, purpose: KeyFile, text: str, place: EnvelopePlace) -> Envelope:
        """Seal for whoever has the key of a purpose; with its public half alone, if there is one.

        Conflict in a process that was given neither.
        """
        if purpose in self.publics:
            return PublicKey(self.publics[purpose]).seal_text(text, place)
        if purpose in self.secrets:
            return self.secrets[purpose].seal_text(text, place)
        raise Conflict("This process has no key to encrypt this with.")

    def open(self, purpose: KeyFile, envelope: Envelope, place: EnvelopePlace) -> str:
        """What was sealed for this purpose. CannotOpen in a process that was not given its key."""
        if purpose not in self.secrets:
            raise CannotOpen
        return self.secrets[purpose].open_text(envelope, place)


def second_factor_key_of(role: Role) -> KeyFile:
    """Which key file is for the second factors of people in this role: each surface opens its
    own."""
    return KeyFile.PARTNER_FACTORS if role is Role.PARTNER else KeyFile.STAFF_FACTORS


def signing_key_of(role: Role) -> KeyFile:
    """Which key file signs the first key of people in this role."""
    return KeyFile.PARTNER_SIGNING if role is Role.PARTNER else KeyFile.STAFF_SIGNING


def public_half_of(purpose: KeyFile, secret: Secret) -> bytes:
    """The public half of a service key: enough to seal to it, or to check what it signed."""
    if purpose is KeyFile.HISTORY:
        return verification_key_of(secret)
    return verification_key(secret) if purpose in SIGNING else secret.public.raw
