"""The second factor: codes of six digits that change every half minute, each good for one use."""

from datetime import datetime
from hmac import compare_digest
from typing import Final

import pyotp
import segno

SECONDS: Final = 30
# A clock may be half a minute off, and people are slow.
STEPS_OFF: Final = (0, -1, 1)
NOT_RIGHT: Final = (
    "The six digits are not right. They change every half minute; check the clock of your phone."
)


def new_seed() -> str:
    """A fresh seed, as people type it when they cannot scan it."""
    return pyotp.random_base32()


def step_of(seed: str, code: str, at: datetime) -> int | None:
    """The half minute for which this code is right, if it is one around `at`."""
    now = int(at.timestamp()) // SECONDS
    typed = "".join(code.split())
    for off in STEPS_OFF:
        if compare_digest(code_at(seed, now + off).encode(), typed.encode()):
            return now + off
    return None


def code_at(seed: str, step: int) -> str:
    return pyotp.TOTP(seed).generate_otp(step)


def address(seed: str, *, handle: str, issuer: str) -> str:
    """What the QR code says to the app that makes the codes."""
    return pyotp.TOTP(seed, name=handle, issuer=issuer).provisioning_uri()


def picture(seed: str, *, handle: str, issuer: str) -> str:
    """The QR code itself, as the address of an image that is part of the page."""
    said = address(seed, handle=handle, issuer=issuer)
    drawn: str = segno.make(said, micro=False).svg_data_uri(scale=4, light="white", border=4)
    return drawn
