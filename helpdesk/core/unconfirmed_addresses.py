"""Unconfirmed email addresses: the code that confirms one, the email with it, and the tries.

People's duty mail and partners' mail wait in the same way; each has a table of its own, sealed to
the worker that sends there.
"""

import hashlib
import logging
import re
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final, NamedTuple

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core import code_input
from helpdesk.core.sealing import Envelope, EnvelopePlace
from helpdesk.core.work import Work
from helpdesk.key_files import KeyFile

log = logging.getLogger(__name__)

# The code of a test letter.
CODE_HOLDS: Final = timedelta(hours=24)
CODE_TRIES: Final = 5
# Pages seal a code and addresses to us, and whoever has taken one over chooses them: no email has
# words of theirs in it. How many leave is bounded where they are sent (`address_emails`).
CODE: Final = re.compile(r"[0-9]{6}")


class CodeCheckResult(StrEnum):
    """The result of checking a confirmation code."""

    RIGHT = "right"
    WRONG = "wrong"
    LATE = "late"


class UnconfirmedAddress:
    """A mixin with the columns of an unconfirmed address. Whose it is says the table's own key."""

    SEALED_TO: ClassVar[KeyFile]

    address: Mapped[Envelope | None]
    # The address before, until it was told.
    old: Mapped[Envelope | None]
    # The code for the letter, until that was sent; and what is kept of it.
    code: Mapped[Envelope | None]
    code_tag: Mapped[bytes | None] = mapped_column(LargeBinary)
    tries: Mapped[int]
    asked_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    # Until when the worker puts emails about it off, because so many left within a day.
    emails_wait_until: Mapped[datetime | None]

    @property
    def owner_id(self) -> str:
        """Whose address it is: the key of the row."""
        raise NotImplementedError

    def envelope_place_of(self, field: str) -> EnvelopePlace:
        """Of an address, the place where it goes: pages move what they cannot open."""
        raise NotImplementedError

    def is_over(self, at: datetime) -> bool:
        """Whether another code is wanted."""
        if self.code_tag is None or self.tries >= CODE_TRIES:
            return True
        return self.sent_at is not None and self.sent_at + CODE_HOLDS <= at

    def is_put_off(self, at: datetime) -> bool:
        """Whether the email with the code waits, because so many left within a day."""
        is_bounded = self.emails_wait_until is not None and self.emails_wait_until > at
        return self.sent_at is None and is_bounded


class CodeAndRecipient(NamedTuple):
    """What the email with a code needs: where it goes, and the code."""

    to: str
    code: str


def is_address_usable(
    confirmed_at: datetime | None, used_until: datetime | None, at: datetime
) -> bool:
    """Whether an address may be used: confirmed, or given before and not yet too old."""
    return confirmed_at is not None or (used_until is not None and used_until > at)


def generate_code_for(work: Work, new: UnconfirmedAddress) -> None:
    """Generate another code for an address, with all its tries; the one before stops working. Its
    letter is queued by whoever calls this."""
    code = f"{secrets.randbelow(10**6):06}"
    new.code = work.keys.service.seal(new.SEALED_TO, code, new.envelope_place_of("code"))
    new.code_tag = code_tag(new.owner_id, code)
    new.tries, new.asked_at, new.sent_at = 0, work.at, None


def check_code(work: Work, new: UnconfirmedAddress, code: str) -> CodeCheckResult:
    """Check a typed code against that of the newest email. A wrong one counts."""
    if new.is_over(work.at):
        return CodeCheckResult.LATE
    if new.code_tag is None or not secrets.compare_digest(
        new.code_tag, code_tag(new.owner_id, code)
    ):
        new.tries += 1
        return CodeCheckResult.WRONG
    return CodeCheckResult.RIGHT


def code_tag(owner_id: str, code: str) -> bytes:
    """The keyed hash under which a code is stored; the same six digits look different for each
    owner."""
    digits = code_input.extract_six_digits(code).encode()
    return hashlib.blake2b(digits, key=owner_id.encode(), digest_size=32).digest()


def code_email_contents(
    work: Work, new: UnconfirmedAddress | None, *, at: int
) -> CodeAndRecipient | None:
    """The contents of the email with a code that was asked for at that second; None if it was sent,
    or another code has replaced its own."""
    if new is None or new.code is None or new.address is None:
        return None
    if int(new.asked_at.timestamp()) != at:
        return None
    opened = work.keys.service.open
    code = opened(new.SEALED_TO, new.code, new.envelope_place_of("code"))
    if not CODE.fullmatch(code):
        log.warning("An email contained something other than a code, so it was not sent.")
        return None
    to = opened(new.SEALED_TO, new.address, new.envelope_place_of("address"))
    return CodeAndRecipient(to=to, code=code)


def record_code_sent(work: Work, sent: UnconfirmedAddress) -> None:
    """Record that the email with a code was sent: its code runs from now, unless another has
    replaced it meanwhile."""
    now = _as_it_is(work, sent)
    if now is not None and now.code_tag == sent.code_tag:
        now.code, now.sent_at = None, work.at


def old_address_of(work: Work, new: UnconfirmedAddress | None) -> str:
    """The old address, which has to be told that it was replaced; empty if there is none."""
    if new is None or new.old is None:
        return ""
    return work.keys.service.open(new.SEALED_TO, new.old, new.envelope_place_of("old"))


def record_old_address_notified(work: Work, told: UnconfirmedAddress) -> None:
    """Record that the old address was told that it was replaced, unless there is another one by
    now."""
    now = _as_it_is(work, told)
    if now is not None and now.old == told.old:
        now.old = None


def _as_it_is(work: Work, new: UnconfirmedAddress) -> UnconfirmedAddress | None:
    return work.session.get(type(new), new.owner_id, with_for_update=True)
