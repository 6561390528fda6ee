"""OpenPGP public keys of others: read with GnuPG, and encrypted to. We have no secret key here.

GnuPG is started for each call, in a folder of its own that is gone afterwards, with a time limit
and without its agent. What is encrypted goes in by a pipe and never touches a disk. It is called as
a program: `python-gnupg` would add a package, and no way to end a call that hangs.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from helpdesk.core.errors import Conflict

# Seconds for one call. It takes some thousandths.
LONGEST: Final = 10.0
LARGEST_KEY: Final = 64 * 1024
SECURE_BITS: Final = 2048
# By GnuPG's numbers: RSA, Elgamal and DSA, whose strength is their length; then those with a curve.
BY_LENGTH: Final = frozenset({"1", "2", "3", "16", "17"})
BY_CURVE: Final = frozenset({"18", "19", "22"})
FINGERPRINT: Final = re.compile(r"[0-9A-F]{40}")
BEGINS: Final = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
OPTIONS: Final = (
    "--no-options",
    "--batch",
    "--no-tty",
    "--quiet",
    "--no-autostart",
    "--disable-dirmngr",
    "--no-auto-key-locate",
    "--no-auto-key-retrieve",
)

MISSING: Final = (
    "GnuPG isn’t installed on this machine, so no email can be encrypted. Ask an operator to"
    " install the system package “gnupg”."
)
NOT_A_KEY: Final = (
    "This isn’t an OpenPGP public key as text. It begins with “-----BEGIN PGP PUBLIC KEY BLOCK”."
)
NOT_PUBLIC: Final = (
    "This is a secret key, so others may be able to read what is encrypted to it. We don’t use it"
    " and didn’t save it. Ask the partner for a new public key."
)
SEVERAL: Final = "There is more than one key in this text. Paste only the partner’s own."
REVOKED: Final = "Its owner has revoked this key. Ask the partner for their new one."
EXPIRED: Final = "This key has expired. Ask the partner for a renewed copy, or their new key."
WEAK: Final = "This key is too weak: others could read what is encrypted to it."
NOT_FOR_ENCRYPTION: Final = "Nothing can be encrypted to this key. Ask the partner for another."
ANOTHER: Final = (
    "This key has another fingerprint. Check both: all 40 characters, as on the partner’s own"
    " website."
)
FAILED: Final = "It couldn’t be encrypted to the partner’s key. Nothing was sent. Try again."


class UnusableKey(Conflict):
    """Raised if nothing may be encrypted to a key; the sentence says why."""


@dataclass(frozen=True)
class OpenPgpKey:
    """A public key that can be encrypted to: its whole fingerprint, and until when."""

    fingerprint: str
    expires_at: datetime | None


def is_gnupg_installed() -> bool:
    """Whether GnuPG can be started here."""
    return shutil.which("gpg") is not None


def normalise_fingerprint(typed: str) -> str:
    """A fingerprint as we keep it: 40 characters without spaces, in capitals."""
    return re.sub(r"[\s:]", "", typed).upper()


def read_public_key(text: str, *, at: datetime) -> OpenPgpKey:
    """Read a key that somebody pasted, or raise UnusableKey: only one whole public key that is
    neither expired nor revoked, strong enough, and made for encryption."""
    if "PRIVATE KEY BLOCK" in text:
        raise UnusableKey(NOT_PUBLIC)
    if not text.isascii() or BEGINS not in text or len(text) > LARGEST_KEY:
        raise UnusableKey(NOT_A_KEY)
    said = _start(["--with-colons", "--show-keys"], text.encode())
    if said is None:
        raise UnusableKey(NOT_A_KEY)
    return _judged([line.split(":") for line in said.decode(errors="replace").splitlines()], at)


def encrypt(plain: bytes, *, key: str, fingerprint: str, at: datetime) -> str:
    """Encrypt to this key alone, if it is the one that was pinned and may still be used: armoured.
    It is not signed: a key of ours that can sign would have to lie beside every page."""
    if read_public_key(key, at=at).fingerprint != fingerprint:
        raise UnusableKey(ANOTHER)
    how = ["--armor", "--trust-model", "always", "--compress-algo", "none", "--no-encrypt-to"]
    said = _start([*how, "--encrypt", "--recipient-file"], plain, key=key)
    if said is None:
        raise UnusableKey(FAILED)
    return said.decode("ascii")


def _judged(lines: Sequence[Sequence[str]], at: datetime) -> OpenPgpKey:
    kinds = [line[0] for line in lines]
    if "sec" in kinds or "ssb" in kinds:
        raise UnusableKey(NOT_PUBLIC)
    if kinds.count("pub") != 1:
        raise UnusableKey(SEVERAL if "pub" in kinds else NOT_A_KEY)
    key = next(line for line in lines if line[0] == "pub")
    fingerprint = next((line[9] for line in lines if line[0] == "fpr"), "")
    if FINGERPRINT.fullmatch(fingerprint) is None:
        raise UnusableKey(NOT_FOR_ENCRYPTION)  # of a version that GnuPG here does not know
    if key[1] == "r":
        raise UnusableKey(REVOKED)
    ends = _ends(key)
    if key[1] == "e" or _is_over(ends, at):
        raise UnusableKey(EXPIRED)
    own = [key, *(line for line in lines if line[0] == "sub")]
    able = [one for one in own if "e" in one[11] and one[1] not in ("r", "i", "d", "n")]
    if not able or key[1] in ("i", "d", "n"):
        raise UnusableKey(NOT_FOR_ENCRYPTION)
    current = [one for one in able if one[1] != "e" and not _is_over(_ends(one), at)]
    if not current:
        raise UnusableKey(EXPIRED)
    if any(_is_weak(one) for one in (key, *current)):
        raise UnusableKey(WEAK)
    last = [_ends(one) for one in current]
    latest = None if None in last else max(one for one in last if one is not None)
    both = [one for one in (ends, latest) if one is not None]
    return OpenPgpKey(fingerprint, min(both) if both else None)


def _is_weak(line: Sequence[str]) -> bool:
    if line[3] in BY_LENGTH:
        return int(line[2]) < SECURE_BITS
    return line[3] not in BY_CURVE


def _ends(line: Sequence[str]) -> datetime | None:
    return datetime.fromtimestamp(int(line[6]), UTC) if line[6] else None


def _is_over(ends: datetime | None, at: datetime) -> bool:
    return ends is not None and ends <= at


def _start(arguments: Sequence[str], said: bytes, *, key: str = "") -> bytes | None:
    """What GnuPG answers; None if it says no, or says nothing for too long. Its words are not kept:
    they can name people."""
    program = shutil.which("gpg")
    if program is None:
        raise UnusableKey(MISSING)
    with tempfile.TemporaryDirectory(prefix="helpdesk-", ignore_cleanup_errors=True) as home:
        own = [str(Path(home, "key.asc"))] if key else []
        if key:
            Path(home, "key.asc").write_text(key, encoding="ascii")
        try:
            done = subprocess.run(  # noqa: S603 - every word is ours, and no shell reads it
                [program, *OPTIONS, "--homedir", home, *arguments, *own],
                input=said,
                capture_output=True,
                timeout=LONGEST,
                env={"GNUPGHOME": home, "HOME": home, "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
                cwd=home,
                check=False,
            )
        except (subprocess.TimeoutExpired, OSError):
            return None
    return done.stdout if done.returncode == 0 else None
