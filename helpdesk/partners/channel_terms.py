"""The terms of a partner's channel: what kind it is, what it takes, and who else reads along."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from helpdesk.core.un_subregions import SUBREGIONS


class ChannelKind(StrEnum):
    """The kinds of channels: how a request gets to a partner."""

    DESK = "desk"
    FORM = "form"
    OPENPGP = "openpgp"
    LINK = "link"


class OnwardDisclosure(StrEnum):
    """What a channel does with what it is told: whether the reported party hears of it."""

    INSIDE = "inside"
    TELLS = "tells"
    UNKNOWN = "unknown"


class ReceiptKind(StrEnum):
    """The kinds of receipts: how we learn that a request arrived."""

    OPENED = "opened"
    AUTOMATIC = "automatic"
    NUMBER = "number"
    PERSON = "person"
    NONE = "none"
    UNKNOWN = "unknown"


KINDS: Final[Mapping[ChannelKind, str]] = {
    ChannelKind.DESK: "The partner desk here, where their people have accounts",
    ChannelKind.FORM: "Their own form, which one of us fills in",
    ChannelKind.OPENPGP: "Email encrypted to their OpenPGP key, which they answer by email",
    ChannelKind.LINK: "A link by email and a code that one of us gives them, without an account",
}
DISCLOSURES: Final[Mapping[OnwardDisclosure, str]] = {
    OnwardDisclosure.INSIDE: "They keep it to themselves",
    OnwardDisclosure.TELLS: "They tell the reported party",
    OnwardDisclosure.UNKNOWN: "We don’t know",
}
RECEIPTS: Final[Mapping[ReceiptKind, str]] = {
    ReceiptKind.OPENED: "We see when one of them opens it",
    ReceiptKind.AUTOMATIC: "An automatic reply",
    ReceiptKind.NUMBER: "A reference number",
    ReceiptKind.PERSON: "A person of theirs replies",
    ReceiptKind.NONE: "None",
    ReceiptKind.UNKNOWN: "We don’t know",
}
# The worse a channel keeps to itself what it is told, the higher.
WORSE: Final[Mapping[OnwardDisclosure, int]] = {
    OnwardDisclosure.INSIDE: 0,
    OnwardDisclosure.UNKNOWN: 1,
    OnwardDisclosure.TELLS: 2,
}
FORM_ADDRESS: Final = re.compile(
    r"https://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}(?:[/?#][!-~]*)?"
)
LONGEST_ADDRESS: Final = 500
WRONG_ADDRESS: Final = (
    "Type the whole address of their form, such as https://social.example/report, in Latin letters."
)
# Those by which requests reach their email address: it has to be confirmed.
BY_EMAIL: Final = frozenset({ChannelKind.DESK, ChannelKind.OPENPGP, ChannelKind.LINK})
# As many characters as a request can have.
LARGEST_SIZE: Final = 64 * 1024
WRONG_SIZE: Final = f"A limit is between 1 and {LARGEST_SIZE} characters."


@dataclass(frozen=True)
class ChannelTerms:
    """What is settled about a channel. No asks: all that the partner takes; no harms: every
    playbook's; no size: no limit that we know; no region: we don't know where it is stored."""

    kind: ChannelKind = ChannelKind.DESK
    asks: tuple[str, ...] = ()
    harms: tuple[str, ...] = ()
    size_limit: int | None = None
    receipt: ReceiptKind = ReceiptKind.UNKNOWN
    onward_disclosure: OnwardDisclosure = OnwardDisclosure.UNKNOWN
    storage_region: str = ""
    # Where their own form is; of no other kind.
    form_address: str = ""
    # Their OpenPGP key as text, and its whole fingerprint as somebody typed it; of no other kind.
    openpgp_key: str = ""
    openpgp_fingerprint: str = ""


# How a partner is asked of whom nobody has said more: at its desk, which shows us who reads it.
DESK_TERMS: Final = ChannelTerms(receipt=ReceiptKind.OPENED)

# The same of a link: we see when somebody opens it.
LINK_TERMS: Final = ChannelTerms(kind=ChannelKind.LINK, receipt=ReceiptKind.OPENED)


def name_of_storage_region(code: str) -> str:
    """Where a channel keeps what it is told, in words."""
    return SUBREGIONS.get(code, "We don’t know")


def is_form_address(address: str) -> bool:
    """Whether this can be the address of a form: encrypted, at a named host, and nothing in it that
    would send a reader elsewhere than it looks."""
    return len(address) <= LONGEST_ADDRESS and FORM_ADDRESS.fullmatch(address) is not None
