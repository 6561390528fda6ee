"""Packets: exactly what a partner receives. A field that is not on their allow-list never gets in.

Everything here is pure: the same fields are always the same bytes, and the same hash.
"""

import hashlib
import json
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from helpdesk.core import unicode_normalization
from helpdesk.core.visible_text import has_visible_text
from helpdesk.escalations.contact_detection import words_naming_account
from helpdesk.escalations.priorities import could_change_account_access
from helpdesk.escalations.states import Ask, Priority
from helpdesk.partners.packet_fields import BY_NAME, FIELDS, FieldSource, PacketField

SCHEMA: Final = "helpdesk-packet/1"
SHARING: Final = "TLP:AMBER+STRICT"
LARGEST: Final = 64 * 1024
# With these, what a person reads in an address would not be what leaves.
TURNS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# Without these nobody could act; each counts where the partner may receive it.
REQUIRED: Final[Mapping[Ask, tuple[str, ...]]] = {
    Ask.RESTORE: ("target_url", "happened", "ownership", "harm", "restore_address"),
    Ask.LOCK: ("target_url", "happened", "ownership", "harm"),
    Ask.REMOVE: ("target_url", "happened", "rule"),
    Ask.PRESERVE: ("target_url", "happened", "ownership"),
    Ask.REVIEW: ("target_url", "happened", "ownership"),
}

# What an ask cannot do without, whatever a partner's list says: nothing leaves before it is there.
INDISPENSABLE: Final[Mapping[Ask, frozenset[str]]] = {
    Ask.RESTORE: frozenset({"target_url", "restore_address"}),
    Ask.LOCK: frozenset({"target_url"}),
    Ask.REMOVE: frozenset({"target_url"}),
    Ask.PRESERVE: frozenset({"target_url"}),
    Ask.REVIEW: frozenset({"target_url"}),
}

# Where access is given back to. It stands on purpose in what could give access back, read by two
# people before it leaves, and in nothing else.
GIVEN_ON_PURPOSE: Final = "restore_address"
# The account that a request is about. Its owner is the partner, and to reporters it is often what
# never to write to.
ACCOUNT_AT_ISSUE: Final = "target_url"
# The fact that says whether it is theirs.
OWNERSHIP: Final = "owner_confirmed"
OWNER_CONFIRMED: Final = "confirmed"
# The facts without which nothing is sent to a partner, or counts any more once it was: the database
# asks for the same (`request_still_holds`).
BASIS_OF_REQUESTS: Final = ("vetted", OWNERSHIP)


class InvalidPacket(Exception):
    """Raised if bytes are no packet, or the fields cannot make one; the sentence says why."""


@dataclass(frozen=True)
class PacketHeader:
    """The header of every packet. It holds ids and codes of ours, and nothing of the case.

    `salt` is random and new with each writing: the hash of a packet stands in clear, and without
    it whoever guesses what a short one says could check the guess.
    """

    ref: str
    partner: str
    ask: Ask
    priority: Priority
    salt: str
    is_drill: bool = False


@dataclass(frozen=True)
class Packet:
    """A packet: exactly what is sent, the header and the fields that this partner may receive."""

    header: PacketHeader
    fields: Mapping[str, str]

    def as_text(self) -> str:
        """Canonical JSON: the same packet is always the same bytes."""
        header = self.header
        said = {
            "schema": SCHEMA,
            "request": {
                "ref": header.ref,
                "partner": header.partner,
                "ask": header.ask.value,
                "priority": header.priority.value,
                "salt": header.salt,
                "drill": header.is_drill,
                "sharing": SHARING,
            },
            "fields": dict(self.fields),
        }
        return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @property
    def hash(self) -> str:
        return hash_packet_text(self.as_text())

    def lines(self, *, but: str = "") -> Iterator[tuple[str, str]]:
        """Label and words of each field, in the order of our list; not that of the name `but`."""
        for field in FIELDS:
            if field.name in self.fields and field.name != but:
                yield field.label, field.in_words(self.fields[field.name])

    def lines_by_field(self) -> Iterator[tuple[str, str]]:
        """Each field's name and its words, for pages that have labels of their own: for who reads
        these the partner's “your” would be wrong."""
        for field in FIELDS:
            if field.name in self.fields:
                yield field.name, field.in_words(self.fields[field.name])


def build_packet(
    header: PacketHeader, available: Mapping[str, str], allowed: Collection[str]
) -> Packet:
    """Build a packet: of what is known, the fields that we know and the partner may receive.

    Everything else stays out, whatever it is called and wherever it came from.
    """
    fields, receivable = {}, receivable_fields(header.ask, allowed)
    for field in FIELDS:
        value = normalise_text(available.get(field.name, "")) if field.name in receivable else ""
        if not value:
            continue
        is_known = field.source is FieldSource.CASE or value in dict(field.choices)
        if field.choices and not is_known:
            raise InvalidPacket(f"“{field.label}” has an answer that we don’t recognise.")
        fields[field.name] = value
    packet = Packet(header, fields)
    if len(packet.as_text().encode()) > LARGEST:
        raise InvalidPacket("This is more than 64 kB, the limit for a request.")
    return packet


def parse_packet(text: str) -> Packet:
    """Parse a packet from bytes; InvalidPacket for anything that we did not write so."""
    try:
        said: Any = json.loads(text)
        request = said["request"]
        header = PacketHeader(
            ref=request["ref"],
            partner=request["partner"],
            ask=Ask(request["ask"]),
            priority=Priority(request["priority"]),
            salt=request["salt"],
            is_drill=request["drill"],
        )
        packet = Packet(header, dict(said["fields"]))
        if any(
            name not in BY_NAME or not isinstance(value, str)
            for name, value in packet.fields.items()
        ):
            raise InvalidPacket("This packet has a field that we don’t recognise.")
    except (ValueError, KeyError, TypeError) as broken:
        raise InvalidPacket("This is not a packet.") from broken
    if packet.as_text() != text:
        raise InvalidPacket("This packet was not written by us.")
    return packet


def missing_fields(packet: Packet, allowed: Collection[str]) -> tuple[PacketField, ...]:
    """The fields that this kind of request needs for this partner, and the packet does not say."""
    needed = needed_fields(packet.header.ask, allowed)
    said = {name for name in packet.fields if name != ACCOUNT_AT_ISSUE or _names_anything(packet)}
    return tuple(BY_NAME[one] for one in needed if one not in said)


def _names_anything(packet: Packet) -> bool:
    """Whether a word is left of the account at issue besides how a link begins."""
    return bool(words_naming_account(packet.fields[ACCOUNT_AT_ISSUE]))


def needed_fields(ask: Ask, allowed: Collection[str]) -> list[str]:
    """The fields that such a request needs: what the partner may receive of it, and what it cannot
    lack."""
    return [one for one in REQUIRED[ask] if one in allowed or one in INDISPENSABLE[ask]]


def receivable_fields(ask: Ask, allowed: Collection[str]) -> frozenset[str]:
    """The fields of a request of this kind that a partner may receive."""
    without = frozenset() if could_change_account_access(ask) else frozenset({GIVEN_ON_PURPOSE})
    return frozenset(allowed) - without


def forbidden_fields(packet: Packet, allowed: Collection[str]) -> tuple[PacketField, ...]:
    """The fields of a packet that the partner may not, or may no longer, receive."""
    return tuple(BY_NAME[name] for name in packet.fields if name not in allowed)


def hash_packet_text(text: str) -> str:
    """The SHA-256 of a packet's text."""
    return hashlib.sha256(text.encode()).hexdigest()


def normalise_text(text: str) -> str:
    """Normalise a text, so that nothing in it is invisible to a reader."""
    plain = unicode_normalization.normalize_unicode(
        "NFC", text.replace("\r\n", "\n").replace("\r", "\n")
    )
    said = "".join(letter for letter in plain if _is_visible(letter)).strip()
    return said if has_visible_text(said) else ""


def _is_visible(letter: str) -> bool:
    """Not a control character, half a letter, or a mark that turns the direction of reading."""
    if unicodedata.category(letter) in ("Cc", "Cs"):
        return letter == "\n"
    return letter not in TURNS
