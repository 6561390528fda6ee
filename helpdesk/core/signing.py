"""Signing statements with a secret, and checking them with its public half."""

import json
from functools import lru_cache
from typing import Any, Final, Protocol

from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey

from helpdesk.core.sealing import Secret

SCHEME: Final = "helpdesk key/1"


class KeyToBeSigned(Protocol):
    """What a signature on a key speaks of: the key, its owner and its epoch."""

    @property
    def id(self) -> Any: ...
    @property
    def kind(self) -> Any: ...
    @property
    def owner_id(self) -> Any: ...
    @property
    def epoch(self) -> Any: ...
    @property
    def public_half(self) -> Any: ...


def verification_key(secret: Secret) -> bytes:
    """The public key that checks what a secret signed; it seals nothing and opens nothing."""
    return bytes(_signing_key(secret).verify_key)


def sign_statement(secret: Secret, statement: bytes) -> bytes:
    """Sign a statement with a secret."""
    return _signing_key(secret).sign(statement).signature


def key_statement(key: KeyToBeSigned, half: bytes) -> bytes:
    """The statement that is signed: that this key is its owner's, in this epoch; and what checks
    what its secret signs.

    Canonical bytes: no two statements share them.
    """
    parts = [key.id, str(key.kind), key.owner_id, key.epoch, key.public_half.hex(), half.hex()]
    return json.dumps([SCHEME, *parts], separators=(",", ":")).encode()


# The same few keys are asked about with each report. What is remembered is the whole question, so
# that another key, owner, epoch or signature is another one.
@lru_cache(maxsize=4096)
def is_signature_valid(said: bytes, signature: bytes, by: bytes) -> bool:
    """Whether this signature of the statement is valid for this public key."""
    try:
        VerifyKey(by).verify(said, signature)
    except (CryptoError, ValueError, TypeError):
        return False
    return True


def _signing_key(secret: Secret) -> SigningKey:
    return SigningKey(secret.derive("sign keys"))
