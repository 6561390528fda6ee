"""Case references, return codes and passphrases: things people copy by hand."""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final

from helpdesk.core import code_input
from helpdesk.core.code_input import LETTERS, LETTERS_IN_CODE
from helpdesk.core.edit_distance import within_one_edit
from helpdesk.core.sealing import Secret

# The list has both yo-yo and yoyo, which are one word without the hyphen.
INSTEAD: Final = {"yo-yo": "yowl"}

WORDS_IN_CODE: Final = 10
WORDS_IN_PASSPHRASE: Final = 7
SHORTEST_OWN_PASSPHRASE: Final = 20
# A text longer than that is no pasted box, and is not searched for slips.
LONGEST_PASTE: Final = 200
MOST_CODES: Final = 12
# So many words of the list, one after the other, are no sentence.
WORDS_THAT_TELL: Final = 8


@cache
def word_list() -> tuple[str, ...]:
    """The 7,776 words of the EFF's long list, hyphens taken out so that they type plainly."""
    lines = (files("diceware") / "wordlists" / "wordlist_en_eff.txt").read_text().split("\n")
    written = (line.split("\t")[1] for line in lines if "\t" in line)
    words = tuple(INSTEAD.get(word, word.replace("-", "")) for word in written)
    if len(set(words)) != 7776:
        raise RuntimeError("The word list is not the one that codes are made with.")
    return words


@cache
def _word_numbers() -> dict[str, int]:
    return {word: number for number, word in enumerate(word_list())}


@cache
def _longest() -> int:
    return max(map(len, word_list()))


def _number_of(typed: str) -> int | None:
    """The place in the list of the word that was typed, or of the only one that was meant."""
    if typed in _word_numbers():
        return _word_numbers()[typed]
    if len(typed) > _longest() + 1:
        return None
    meant = {_word_numbers()[word] for word in within_one_edit(typed) if word in _word_numbers()}
    return meant.pop() if len(meant) == 1 else None


@dataclass(frozen=True)
class ReturnCode:
    """What brings a reporter back to their case: 129 random bits, as ten words or 26 characters.

    More than the 112 bits for which ASVS 5.0 (6.5.2) lets a plain hash stand in the database, so
    that no slow hash is spent at an anonymous door and there is nothing to enumerate.
    """

    number: int = field(repr=False)

    @classmethod
    def new(cls) -> "ReturnCode":
        return cls(secrets.randbelow(len(word_list()) ** WORDS_IN_CODE))

    @classmethod
    def read(cls, text: str) -> "ReturnCode | None":
        """The code that somebody typed, in either form, or None if it cannot be one."""
        return next(cls.all_in(text), None)

    @classmethod
    def all_in(cls, text: str) -> Iterator["ReturnCode"]:
        """Every code that a text may hold, the likeliest first: a pasted box has words around it.

        One slip in each word is forgiven where it leaves no doubt which word was meant: nobody has
        to be told, then, what is wrong with a code.
        """
        seen: set[int] = set()
        for number in (*_numbers_of_letters(text), *_numbers_of_words(text)):
            if number not in seen and len(seen) < MOST_CODES:
                seen.add(number)
                yield cls(number)

    @property
    def words(self) -> tuple[str, ...]:
        numbers, rest = [], self.number
        for _ in range(WORDS_IN_CODE):
            rest, last = divmod(rest, len(word_list()))
            numbers.append(last)
        return tuple(word_list()[number] for number in reversed(numbers))

    @property
    def letters(self) -> str:
        """26 characters in groups: five of five, and the last."""
        plain, rest = "", self.number
        for _ in range(LETTERS_IN_CODE):
            rest, last = divmod(rest, len(LETTERS))
            plain = LETTERS[last] + plain
        return "-".join(plain[start : start + 5] for start in range(0, LETTERS_IN_CODE, 5))

    def secret(self) -> Secret:
        """The reporter's secret: whoever has the code can open what was sealed to the reporter."""
        return Secret(_stretch(self.number, b"helpdesk reader"))

    def tag(self, intake_key: bytes) -> bytes:
        """What the database keeps, by which the case is found; it opens nothing."""
        return hashlib.sha256(self.proof(intake_key)).digest()

    def proof(self, intake_key: bytes) -> bytes:
        """What shows the database that the code was given; nobody gets it from what it keeps."""
        return hashlib.blake2b(
            _stretch(self.number, b"helpdesk finder"), key=intake_key, digest_size=32
        ).digest()


def _stretch(number: int, purpose: bytes) -> bytes:
    raw = number.to_bytes(17, "big")
    return hashlib.blake2b(raw, person=purpose.ljust(16, b"\0")[:16], digest_size=32).digest()


def new_ref(prefix: str = "") -> str:
    """A short name to say over the phone, such as K7F-3MQ8. It is a name, not a secret."""
    number, letters = secrets.randbelow(len(LETTERS) ** 7), ""
    for _ in range(7):
        number, last = divmod(number, len(LETTERS))
        letters += LETTERS[last]
    return f"{prefix}{letters[:3]}-{letters[3:]}"


def new_passphrase() -> str:
    """Seven words: 90 bits, enough against guessing at a stolen database."""
    return " ".join(secrets.choice(word_list()) for _ in range(WORDS_IN_PASSPHRASE))


def new_code() -> str:
    """A code for one use on paper or in a mail: 26 characters, 130 bits, in groups."""
    plain = "".join(secrets.choice(LETTERS) for _ in range(LETTERS_IN_CODE))
    return "-".join(plain[start : start + 5] for start in range(0, LETTERS_IN_CODE, 5))


def plain_code(text: str) -> str:
    """What somebody typed or pasted of such a code, as it was made; it may be none."""
    return next(code_input.letters_in(text), code_input.only_letters_and_digits(text))


def contains_code(text: str) -> bool:
    """Whether a code that opens something stands in a text where nobody needs it."""
    return (
        code_input.holds_letters(text) or _longest_row(code_input.words_in(text)) >= WORDS_THAT_TELL
    )


def count_code_parts(text: str) -> tuple[int, int] | None:
    """How many words, or letters and digits, somebody typed, and how many a code has.

    None where the number is right, or where it cannot be said which form they meant.
    """
    words, letters = len(code_input.words_in(text)), len(code_input.only_letters_and_digits(text))
    if letters == LETTERS_IN_CODE and words <= 1:
        return None
    if any(sign.isdigit() for sign in code_input.normalise(text)) and letters < 2 * LETTERS_IN_CODE:
        found = (letters, LETTERS_IN_CODE)
    else:
        found = (words, WORDS_IN_CODE)
    return None if found[0] in (0, found[1]) or found[0] > LONGEST_PASTE else found


def _numbers_of_letters(text: str) -> Iterator[int]:
    for letters in code_input.letters_in(text):
        number = 0
        for letter in letters:
            number = number * len(LETTERS) + LETTERS.index(letter)
        if number < len(word_list()) ** WORDS_IN_CODE:
            yield number


def _numbers_of_words(text: str) -> Iterator[int]:
    words = code_input.words_in(text)
    if len(words) > LONGEST_PASTE:
        return
    places = [_number_of(word) for word in words]
    for start in range(len(places) - WORDS_IN_CODE + 1):
        row = places[start : start + WORDS_IN_CODE]
        number = 0
        for place in row:
            if place is None:
                break
            number = number * len(word_list()) + place
        else:
            yield number


def _longest_row(words: list[str]) -> int:
    longest = row = 0
    for word in words:
        row = row + 1 if word in _word_numbers() else 0
        longest = max(longest, row)
    return longest
