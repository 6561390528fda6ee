"""Passphrases: checking how strong one is, and deriving from it the key that unlocks a person's
own."""

import hashlib
import logging
import re
import secrets
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from threading import BoundedSemaphore
from typing import Final

from nacl.pwhash import argon2id
from zxcvbn import zxcvbn

from helpdesk.core import codes
from helpdesk.core.errors import Conflict, TooBusy
from helpdesk.core.sealing import Secret

log = logging.getLogger(__name__)

MIB: Final = 1024 * 1024
LONGEST: Final = 500


@dataclass(frozen=True)
class HashCost:
    """How expensive it is to hash a passphrase: passes over so much memory."""

    passes: int
    memory: int


# The number is kept with each salt, so that a later cost does not shut out who came before.
COSTS: dict[int, HashCost] = {1: HashCost(passes=3, memory=64 * MIB)}
CURRENT: Final = 1

PATIENCE: Final = 10


class HashConcurrencyLimit:
    """A limit on how many passphrases are hashed at once: a few wait, and everybody else is asked
    to come again."""

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._places = BoundedSemaphore(at_once + waiting)
        self._turns = BoundedSemaphore(at_once)

    @contextmanager
    def acquire(self) -> Iterator[None]:
        """Wait for a turn; Busy if too many do already, or if it takes too long."""
        if not self._places.acquire(blocking=False):
            raise TooBusy
        try:
            if not self._turns.acquire(timeout=PATIENCE):
                raise TooBusy
            try:
                yield
            finally:
                self._turns.release()
        finally:
            self._places.release()


# A flood of strangers takes neither the memory nor the threads that everything else needs, and not
# the turn of those who are known.
STRANGERS: Final = HashConcurrencyLimit(at_once=1, waiting=2)
KNOWN: Final = HashConcurrencyLimit(at_once=1, waiting=16)

# Judged by zxcvbn, which says 4 for what more than ten thousand million guesses do not find.
STRONG: Final = 4
LONGEST_JUDGED: Final = 72
WEAK: Final = (
    "This passphrase is easy to guess. Names, words from this helpdesk, dates and common sayings "
    "don’t count. Use the seven words above, or add three or four words that have "
    "nothing to do with you or each other."
)
WORDS_OF_A_HELPDESK: Final = (
    "helpdesk",
    "help desk",
    "passphrase",
    "password",
    "coordinator",
    "responder",
    "operator",
    "partner",
    "digital security",
    "civil society",
    "rapid response",
    "emergency",
    "hotline",
    "support",
)
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
class PassphraseUnlockKey:
    """The key that unlocks a person’s own key: derived from their passphrase with one salt and one
    pepper, and kept nowhere. The salt is no secret; it says what stretching costs and, by a name
    that tells nothing else, which pepper it takes."""

    salt: bytes
    secret: Secret
    # The same with the current pepper, where this one has an older one, or none yet.
    renewed: "PassphraseUnlockKey | None" = field(default=None, repr=False)


def derive_key_from_passphrase(
    passphrase: str, peppers: Sequence[Secret], *, cost: int = CURRENT
) -> PassphraseUnlockKey:
    """Derive a key from a new passphrase, with a fresh salt and the current pepper. Slow on
    purpose: call it while no transaction is open. Conflict in a process that was given no pepper:
    nobody signs in there."""
    if not peppers:
        raise Conflict("This process has no pepper, so it can’t store a passphrase.")
    salt = bytes([cost]) + secrets.token_bytes(argon2id.SALTBYTES) + _name_of(peppers[0])
    return rederive_key_from_passphrase(passphrase, salt, peppers)


def rederive_key_from_passphrase(
    passphrase: str, salt: bytes, peppers: Sequence[Secret], *, slots: HashConcurrencyLimit = KNOWN
) -> PassphraseUnlockKey:
    """Derive the key from a typed passphrase again, with the stored salt. Slow on purpose: call it
    while no transaction is open.

    Without the pepper that the salt names it is a lock that opens nothing.
    """
    cost, without = COSTS[salt[0]], salt[: 1 + argon2id.SALTBYTES]
    plain = _plain(passphrase[:LONGEST]).encode()
    with slots.acquire():
        raw = argon2id.kdf(32, plain, without[1:], opslimit=cost.passes, memlimit=cost.memory)
    renewed = None
    if peppers and salt != without + _name_of(peppers[0]):
        renewed = PassphraseUnlockKey(without + _name_of(peppers[0]), _peppered(raw, peppers[0]))
    return PassphraseUnlockKey(salt, _with_pepper(raw, salt[len(without) :], peppers), renewed)


def _with_pepper(raw: bytes, name: bytes, peppers: Sequence[Secret]) -> Secret:
    if not name:
        return Secret(raw)  # locked before there was a pepper; renewed when the person comes
    for pepper in peppers:
        if _name_of(pepper) == name:
            return _peppered(raw, pepper)
    log.error("A passphrase was locked with a pepper that this process does not have.")
    return Secret.new()


def _peppered(raw: bytes, pepper: Secret) -> Secret:
    """After the slow step, so that a new pepper can take an old one's place without a guess."""
    key = pepper.derive("passphrases")
    return Secret(hashlib.blake2b(raw, key=key, digest_size=32).digest())


def _name_of(pepper: Secret) -> bytes:
    return pepper.derive("name of a pepper")[:8]


# Somebody who does not exist costs as much as somebody who does.
NOBODYS_SALT: Final = bytes([CURRENT]) + bytes(argon2id.SALTBYTES)


def weak_passphrase_sentence(passphrase: str, about: Iterable[str] = ()) -> str:
    """The sentence that says why this passphrase is too weak to choose; empty if it is not.

    `about`: what an attacker knows of this person and this place, such as names. What is left when
    those words are taken out must be hard to guess too: an own name makes no passphrase stronger.
    """
    plain = _plain(passphrase).casefold()
    if len(plain) < codes.SHORTEST_OWN_PASSPHRASE:
        return f"A passphrase must have at least {codes.SHORTEST_OWN_PASSPHRASE} characters."
    letters = "".join(character for character in plain if character.isalnum())
    if len(set(letters)) < FEWEST_LETTERS or _repeats(letters):
        return "This passphrase repeats itself, so it is easy to guess."
    if _is_a_row(letters):
        return "This passphrase follows the keyboard or the alphabet, so it is easy to guess."
    if any(_letters(phrase) in letters for phrase in TOO_WELL_KNOWN):
        return "This passphrase is one of the first that anyone would try."
    known = _known_words(about)
    if _strength(plain, known) < STRONG or _strength(_without(plain, known), known) < STRONG:
        return WEAK
    return ""


def _known_words(about: Iterable[str]) -> list[str]:
    """Names and words of this place, whole and in their parts, the longest first."""
    words = {_plain(one).casefold() for one in (*about, *WORDS_OF_A_HELPDESK)}
    parts = {part for word in words for part in re.split(r"[\W_]+", word)}
    return sorted((one for one in words | parts if len(one) > 2), key=len, reverse=True)


def _without(plain: str, known: Iterable[str]) -> str:
    for word in known:
        plain = plain.replace(word, "")
    return plain


def _strength(plain: str, known: Iterable[str]) -> int:
    """From 0, among the first to be tried, to 4, out of reach."""
    if not plain.strip():
        return 0
    return int(zxcvbn(plain[:LONGEST_JUDGED], user_inputs=list(known))["score"])


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
