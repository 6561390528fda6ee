"""The second factor (TOTP): codes of six digits that change every half minute, each good for one
use."""

from datetime import datetime
from hmac import compare_digest
from typing import Final

import pyotp
import segno

from helpdesk.core import code_input

SECONDS: Final = 30
# A clock may be half a minute off, and people are slow.
STEPS_OFF: Final = (0, -1, 1)
NOT_RIGHT: Final = (
    "The six digits aren’t right. They change every 30 seconds. Check the clock on your phone: "
    "it must be right to within 30 seconds."
)
# So far off a clock is looked for, ten minutes, to say what is wrong.
FURTHEST: Final = 20


def generate_totp_seed() -> str:
    """Generate a seed for second-factor codes, as people type it when they cannot scan it."""
    return pyotp.random_base32()


def totp_step_of(seed: str, code: str, at: datetime) -> int | None:
    """The time step (half minute) for which this second-factor code is right, if it is one around
    `at`."""
    now = int(at.timestamp()) // SECONDS
    digits = code_input.extract_six_digits(code)
    for off in STEPS_OFF:
        if compare_digest(totp_code_at(seed, now + off).encode(), digits.encode()):
            return now + off
    return None


def newest_totp_step(at: datetime) -> int:
    """The newest time step (half minute) whose second-factor code is right around `at`."""
    return int(at.timestamp()) // SECONDS + max(STEPS_OFF)


def why_code_is_wrong(seed: str, code: str, at: datetime) -> str:
    """The sentence that says why a code was refused, to a person who has the seed before them.

    At the door it is said only of a code whose time is over: one that is still to come would be
    worth waiting for.
    """
    digits, now = code_input.extract_six_digits(code), int(at.timestamp()) // SECONDS
    for off in range(2, FURTHEST + 1):
        for sign, word in ((-1, "slow"), (1, "fast")):
            if compare_digest(totp_code_at(seed, now + sign * off).encode(), digits.encode()):
                return _off_by(off, word)
    return NOT_RIGHT


def _off_by(steps: int, word: str) -> str:
    minutes = max(1, steps * SECONDS // 60)
    return (
        f"The clock on your phone is about {minutes} {'minute' if minutes == 1 else 'minutes'}"
        f" {word}. Set it to update automatically, then type the digits it shows now."
    )


def totp_code_at(seed: str, step: int) -> str:
    """The six-digit code of this seed at a time step."""
    return pyotp.TOTP(seed).generate_otp(step)


def provisioning_uri(seed: str, *, handle: str, issuer: str) -> str:
    """The otpauth URI in the QR code, which sets up the authenticator app."""
    return pyotp.TOTP(seed, name=handle, issuer=issuer).provisioning_uri()


def qr_code_data_url(seed: str, *, handle: str, issuer: str) -> str:
    """The QR code as a data URL of an image."""
    said = provisioning_uri(seed, handle=handle, issuer=issuer)
    drawn: str = segno.make(said, micro=False).svg_data_uri(scale=4, light="white", border=4)
    return drawn
