"""Sealing: encrypt a field into an envelope and open it, with a secret or to a public half
(libsodium)."""

import hashlib
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from json.encoder import encode_basestring_ascii
from typing import Final, NamedTuple

from nacl import bindings
from nacl.exceptions import CryptoError

SCHEME: Final = "helpdesk/1"
UNDER_SECRET: Final = b"\x01"
TO_PUBLIC: Final = b"\x02"
SECRET_BYTES: Final = 32
PADDING: Final = 1024
_NONCE = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_BOXED_KEY = SECRET_BYTES + bindings.crypto_box_SEALBYTES


class CannotOpen(Exception):
    """Raised if the envelope does not open with this secret in this place. It never says why."""


@dataclass(frozen=True)
class Envelope:
    """A sealed (encrypted) value: one version byte, then what that version says. Its length is
    padded."""

    raw: bytes

    def __repr__(self) -> str:
        return f"<Envelope of {len(self.raw)} bytes>"


class EnvelopePlace(NamedTuple):
    """Where an envelope belongs. It is authenticated with it, so that it opens nowhere else."""

    table: str
    column: str
    case_id: str
    row_id: str

    def as_associated_data(self) -> bytes:
        """Canonical bytes: no two places share them."""
        parts = map(encode_basestring_ascii, (SCHEME, *self))
        return f"[{','.join(parts)}]".encode()  # JSON, but quicker


@dataclass(frozen=True)
class PublicKey:
    """The public half of a secret: it can seal, and opens nothing."""

    raw: bytes

    def seal(self, plain: bytes, place: EnvelopePlace) -> Envelope:
        """Seal so that only the holder of the secret can open it (envelope version 2)."""
        data_key = secrets.token_bytes(SECRET_BYTES)
        boxed = bindings.crypto_box_seal(data_key, self.raw)
        return Envelope(TO_PUBLIC + boxed + _encrypt(data_key, plain, place, TO_PUBLIC))

    def seal_text(self, text: str, place: EnvelopePlace) -> Envelope:
        return self.seal(text.encode(), place)

    def of(self, secret: "Secret") -> "Secret":
        """The secret, if this is its public half. CannotOpen for any other."""
        if len(secret.raw) != SECRET_BYTES or secret.public.raw != self.raw:
            raise CannotOpen
        return secret


@dataclass(frozen=True)
class Secret:
    """A secret key of thirty-two bytes: a person's, a team's, a case's, a reporter's, ours."""

    raw: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "Secret":
        return cls(secrets.token_bytes(SECRET_BYTES))

    @cached_property
    def public(self) -> PublicKey:
        return PublicKey(bindings.crypto_scalarmult_base(self._box_key))

    @cached_property
    def _box_key(self) -> bytes:
        return self.derive("box")

    @cached_property
    def _aead_key(self) -> bytes:
        return self.derive("aead")

    def derive(self, purpose: str) -> bytes:
        """An independent 32-byte key for one purpose (keyed BLAKE2b)."""
        return hashlib.blake2b(purpose.encode(), key=self.raw, digest_size=SECRET_BYTES).digest()

    def seal(self, plain: bytes, place: EnvelopePlace) -> Envelope:
        """Seal under this secret: envelope version 1, XChaCha20-Poly1305, the place as AD."""
        return Envelope(UNDER_SECRET + _encrypt(self._aead_key, plain, place, UNDER_SECRET))

    def seal_text(self, text: str, place: EnvelopePlace) -> Envelope:
        return self.seal(text.encode(), place)

    def open(self, envelope: Envelope, place: EnvelopePlace) -> bytes:
        """What was sealed under this secret or to its public half, if it belongs in this place.

        Raises CannotOpen for anything else: another secret, another place, a changed byte, an
        unknown version.
        """
        version, rest = envelope.raw[:1], envelope.raw[1:]
        try:
            if version == UNDER_SECRET:
                return _decrypt(self._aead_key, rest, place, UNDER_SECRET)
            if version == TO_PUBLIC:
                boxed = rest[:_BOXED_KEY]
                data_key = bindings.crypto_box_seal_open(boxed, self.public.raw, self._box_key)
                return _decrypt(data_key, rest[_BOXED_KEY:], place, TO_PUBLIC)
        except (CryptoError, ValueError, TypeError) as refused:
            raise CannotOpen from refused
        raise CannotOpen

    def open_text(self, envelope: Envelope, place: EnvelopePlace) -> str:
        """The same, of a text. Whoever seals to a public half can seal what is none."""
        try:
            return self.open(envelope, place).decode()
        except UnicodeDecodeError as refused:
            raise CannotOpen from refused


def _encrypt(key: bytes, plain: bytes, place: EnvelopePlace, version: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    padded = bindings.sodium_pad(plain, PADDING)
    data = version + place.as_associated_data()
    return nonce + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(padded, data, nonce, key)


def _decrypt(key: bytes, sealed: bytes, place: EnvelopePlace, version: bytes) -> bytes:
    nonce, box = sealed[:_NONCE], sealed[_NONCE:]
    data = version + place.as_associated_data()
    padded = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(box, data, nonce, key)
    return bindings.sodium_unpad(padded, PADDING)
