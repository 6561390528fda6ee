"""The token of a report form: it makes two submissions one case, and says how long was typed."""

import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import Final

from flask import current_app
from itsdangerous import BadSignature, TimestampSigner

from helpdesk.core.codes import ReturnCode
from helpdesk.core.sealing import Secret

LONGEST: Final = 200


@dataclass(frozen=True)
class ReportFormToken:
    """A token of a report form that came back. `age` is None when it is not one that we gave
    out."""

    text: str
    age: float | None

    @classmethod
    def new(cls) -> "ReportFormToken":
        """A token for a fresh form: 256 random bits, and when the form was handed out."""
        return cls(_signer().sign(secrets.token_urlsafe(32)).decode(), 0.0)

    @classmethod
    def read(cls, text: str) -> "ReportFormToken":
        """The token of a form that came back; one that is wrong never stops a person."""
        text = text[:LONGEST] or secrets.token_urlsafe(32)
        try:
            _, signed_at = _signer().unsign(text, return_timestamp=True)
        except BadSignature:
            return cls(text, None)
        return cls(text, time.time() - signed_at.timestamp())

    @property
    def fingerprint(self) -> bytes:
        """What the database keeps of it, under a unique constraint."""
        return hashlib.blake2b(self.text.encode(), person=b"helpdesk form", digest_size=32).digest()

    def derive_key(self, purpose: bytes) -> Secret:
        """A secret that only the form holds: what is sealed under it opens with the form alone."""
        raw = self.text.encode()
        return Secret(hashlib.blake2b(raw, person=purpose, digest_size=32).digest())

    def return_code(self, intake_key: bytes) -> ReturnCode:
        """The return code of the case that this form makes.

        Whoever presses the button twice sees only the second answer, and on a slow line the first
        may never arrive: the same form must lead to the same code, or the way back is lost. It
        takes both the token, which only the form holds, and our key. A token that we did not give
        out might be guessable, so it gets a random code.
        """
        if self.age is None:
            return ReturnCode.new()
        stretched = hashlib.blake2b(
            self.text.encode(), key=intake_key, person=b"helpdesk code", digest_size=64
        ).digest()
        return ReturnCode.derive_from_seed(stretched)


def _signer() -> TimestampSigner:
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.config["SECRET_KEY"]]
    return TimestampSigner(keys, salt="report")
