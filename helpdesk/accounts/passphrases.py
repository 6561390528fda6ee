"""Passphrases: which are good enough, and how one is stretched into what opens a person's key."""

import secrets
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from threading import BoundedSemaphore
from typing import Final

from nacl.pwhash import argon2id

from helpdesk.core import codes
from helpdesk.core.errors import NotNow
from helpdesk.core.sealing import Secret

MIB: Final = 1024 * 1024


@dataclass(frozen=True)
class Cost:
    """What one guess costs: passes over so much memory."""

    passes: int
    memory: int


# The number is kept with each salt, so that a later cost does not shut out who came before.
COSTS: dict[int, Cost] = {1: Cost(passes=3, memory=64 * MIB)}
CURRENT: Final = 1

# A flood of sign-ins must not take the memory that everything else needs.
AT_ONCE: Final = 4
PATIENCE: Final = 10
_turns = BoundedSemaphore(AT_ONCE)

FEWEST_LETTERS: Final = 8
# Long enough, and yet among the first that anybody would try.
TOO_WELL_KNOWN: Final = (
    "correct horse battery staple",
    "the quick brown fox jumps over the lazy dog",
    "to be or not to be that is the question",
    "may the force be with you always",
    "let me in let me in please",
    "i forgot my passphrase again",
    "this is my secret passphrase",
    "all your base are belong to us",
    "the only thing we have to fear is fear itself",
    "in the beginning was the word",
    "once upon a time in a land far away",
    "twinkle twinkle little star how i wonder what you are",
)
ROWS: Final = ("qwertyuiopasdfghjklzxcvbnm", "abcdefghijklmnopqrstuvwxyz", "01234567890123456789")


@dataclass(frozen=True)
class Lock:
    """What a passphrase stretches to with one salt. The salt is no secret."""

    salt: bytes
    secret: Secret


def new_lock(passphrase: str, *, cost: int = CURRENT) -> Lock:
    """A lock with a fresh salt. Slow on purpose: call it while no transaction is open."""
    return lock_of(passphrase, bytes([cost]) + secrets.token_bytes(argon2id.SALTBYTES))


def lock_of(passphrase: str, salt: bytes) -> Lock:
    """The lock that this passphrase fits. Slow on purpose: call it while no transaction is open."""
    cost = COSTS[salt[0]]
    if not _turns.acquire(timeout=PATIENCE):
        raise NotNow("Many people sign in at this moment. Please try again in a minute.")
    try:
        raw = argon2id.kdf(
            32, _plain(passphrase).encode(), salt[1:], opslimit=cost.passes, memlimit=cost.memory
        )
    finally:
        _turns.release()
    return Lock(salt, Secret(raw))


# Somebody who does not exist costs as much as somebody who does.
NOBODYS_SALT: Final = bytes([CURRENT]) + bytes(argon2id.SALTBYTES)


def fault_of(passphrase: str) -> str:
    """The sentence that says why this passphrase is too weak to choose; empty if it is not."""
    plain = _plain(passphrase).casefold()
    if len(plain) < codes.SHORTEST_OWN_PASSPHRASE:
        return f"A passphrase has at least {codes.SHORTEST_OWN_PASSPHRASE} characters."
    letters = "".join(character for character in plain if character.isalnum())
    if len(set(letters)) < FEWEST_LETTERS or _repeats(letters):
        return "This passphrase repeats itself, so it is easy to guess."
    if _is_a_row(letters):
        return "This passphrase follows the keyboard or the alphabet, so it is easy to guess."
    if any(_letters(phrase) in letters for phrase in TOO_WELL_KNOWN):
        return "This passphrase is one of the first that anybody would try."
    return ""


def _plain(passphrase: str) -> str:
    """The same words are the same passphrase, however the keyboard writes and spaces them."""
    return " ".join(unicodedata.normalize("NFKC", passphrase).split())


def _letters(phrase: str) -> str:
    return "".join(character for character in phrase.casefold() if character.isalnum())


def _repeats(letters: str) -> bool:
    """Whether a short piece, said again and again, makes the whole."""
    return letters in (letters + letters)[1:-1]


def _is_a_row(letters: str) -> bool:
    """Whether most letters stand beside the one before, on the keyboard or in the alphabet."""
    pairs = [a + b for a, b in pairwise(letters)]
    steps = sum(any(pair in row or pair in row[::-1] for row in ROWS) for pair in pairs)
    return steps > len(pairs) / 2
