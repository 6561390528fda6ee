"""Key files: the keys of the house, one for each purpose, in a file of its own, given to who needs
it."""

import base64
import binascii
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

KEY_BYTES: Final = 32


class KeyFile(StrEnum):
    """The key files, by the setting that names each."""

    # Finds cases by return code and signs the public forms.
    INTAKE = "INTAKE_KEY_FILE"
    # Second factors of those who come in by that door; the door's forms are signed with what is
    # derived from it.
    STAFF_FACTORS = "STAFF_FACTORS_KEY_FILE"
    PARTNER_FACTORS = "PARTNER_FACTORS_KEY_FILE"
    # Where letters go. The public half seals, and opens nothing.
    DUTY_ADDRESSES = "DUTY_ADDRESSES_KEY_FILE"
    DUTY_ADDRESSES_PUBLIC = "DUTY_ADDRESSES_PUBLIC_FILE"
    PARTNER_ADDRESSES = "PARTNER_ADDRESSES_KEY_FILE"
    PARTNER_ADDRESSES_PUBLIC = "PARTNER_ADDRESSES_PUBLIC_FILE"
    # Where reporters are told that an answer waits, if they asked for it.
    REMINDER_ADDRESSES = "REMINDER_ADDRESSES_KEY_FILE"
    REMINDER_ADDRESSES_PUBLIC = "REMINDER_ADDRESSES_PUBLIC_FILE"
    # Says whose a first key is: of a queue and who works in it; of a partner and its people. The
    # public half checks that before anything is sealed to a key.
    STAFF_SIGNING = "STAFF_SIGNING_KEY_FILE"
    STAFF_SIGNING_PUBLIC = "STAFF_SIGNING_PUBLIC_FILE"
    PARTNER_SIGNING = "PARTNER_SIGNING_KEY_FILE"
    PARTNER_SIGNING_PUBLIC = "PARTNER_SIGNING_PUBLIC_FILE"
    # Signs where history ends. The public half checks it.
    HISTORY = "HISTORY_KEY_FILE"
    HISTORY_PUBLIC = "HISTORY_PUBLIC_FILE"
    # Without it no guess at a passphrase of those who come in by that door can be checked.
    STAFF_PEPPER = "STAFF_PEPPER_FILE"
    PARTNER_PEPPER = "PARTNER_PEPPER_FILE"

    @property
    def file_name(self) -> str:
        """What the file is called where we make it, such as duty-addresses.key."""
        name = self.value.lower().replace("_", "-").removesuffix("-file")
        stem, _, ending = name.rpartition("-")
        return f"{stem}.{ending}"

    @property
    def is_public(self) -> bool:
        return self in PUBLIC_HALF.values()


PUBLIC_HALF: Final[Mapping[KeyFile, KeyFile]] = {
    KeyFile.DUTY_ADDRESSES: KeyFile.DUTY_ADDRESSES_PUBLIC,
    KeyFile.PARTNER_ADDRESSES: KeyFile.PARTNER_ADDRESSES_PUBLIC,
    KeyFile.REMINDER_ADDRESSES: KeyFile.REMINDER_ADDRESSES_PUBLIC,
    KeyFile.STAFF_SIGNING: KeyFile.STAFF_SIGNING_PUBLIC,
    KeyFile.PARTNER_SIGNING: KeyFile.PARTNER_SIGNING_PUBLIC,
    KeyFile.HISTORY: KeyFile.HISTORY_PUBLIC,
}
# The pepper of each door.
PEPPERS: Final[Mapping[str, KeyFile]] = {
    "staff": KeyFile.STAFF_PEPPER,
    "partner": KeyFile.PARTNER_PEPPER,
}
SIGNING: Final = frozenset({KeyFile.STAFF_SIGNING, KeyFile.PARTNER_SIGNING})
SECRETS: Final = frozenset(one for one in KeyFile if not one.is_public)

# Which process is given which; it refuses to start with one more, and with one less.
OF_PAGES: Final[Mapping[str, frozenset[KeyFile]]] = {
    "public": frozenset(
        {KeyFile.INTAKE, KeyFile.STAFF_SIGNING_PUBLIC, KeyFile.REMINDER_ADDRESSES_PUBLIC}
    ),
    "staff": frozenset(
        {
            KeyFile.STAFF_FACTORS,
            KeyFile.STAFF_PEPPER,
            KeyFile.DUTY_ADDRESSES_PUBLIC,
            KeyFile.PARTNER_ADDRESSES_PUBLIC,
            KeyFile.STAFF_SIGNING,
            KeyFile.PARTNER_SIGNING,
        }
    ),
    "partner": frozenset(
        {
            KeyFile.PARTNER_FACTORS,
            KeyFile.PARTNER_PEPPER,
            KeyFile.DUTY_ADDRESSES_PUBLIC,
            KeyFile.PARTNER_SIGNING,
        }
    ),
}
OF_WORKER: Final[Mapping[str, frozenset[KeyFile]]] = {
    "notices": frozenset({KeyFile.DUTY_ADDRESSES}),
    "deliveries": frozenset({KeyFile.PARTNER_ADDRESSES}),
    "reminders": frozenset({KeyFile.REMINDER_ADDRESSES}),
}
# It does the work of each worker where none comes.
OF_TICKER: Final = frozenset({KeyFile.HISTORY}).union(*OF_WORKER.values())
# Whoever plays everybody: the drill, a trial.
ALL: Final = frozenset(KeyFile)

# The one key of before, which did all of it.
BEFORE: Final = "SERVICE_KEY_FILE"
# Where an older key opens what was made with it; the others have one, and `helpdesk keys reseal`.
SEVERAL: Final = frozenset({KeyFile.INTAKE, *PEPPERS.values()})


def read_keys(path: str) -> tuple[bytes, ...]:
    """Read the base64 keys of a file, one a line. ValueError if there is none, or it is not a
    key."""
    try:
        lines = Path(path).read_text().split()
        keys = tuple(base64.b64decode(line, validate=True) for line in lines)
    except (OSError, binascii.Error, UnicodeDecodeError):
        keys = ()
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise ValueError("does not name a readable file of 32-byte keys in base64")
    return keys
