"""Case references, return codes and passphrases: things people copy by hand."""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from helpdesk.core import code_digits, code_input, code_words, eff_word_list
from helpdesk.core.code_input import LETTERS, LETTERS_IN_CODE
from helpdesk.core.code_words import POSSIBLE_CODES, WORDS_IN_CODE
from helpdesk.core.eff_word_list import WORDS_OF_BEFORE, longest_run_of_words, word_list
from helpdesk.core.sealing import Secret

WORDS_IN_PASSPHRASE: Final = 7
SHORTEST_OWN_PASSPHRASE: Final = 20
# A text longer than that is no pasted box, and is not searched for slips.
LONGEST_PASTE: Final = 200
MOST_CODES: Final = 12
# So many words of the long list, one after the other, are no sentence.
WORDS_THAT_TELL: Final = 8
SEED_BYTES: Final = 64


@dataclass(frozen=True)
class ReturnCode:
    """A return code, which brings a reporter back to their case: 128 bits, as words, as letters, or
    as digits.

    Drawn from those of whose words none tells a story, 126 bits of chance are left: more than the
    112 for which ASVS 5.0 (6.5.2) lets a plain hash stand in the database, so that no slow hash is
    spent at an anonymous door and there is nothing to enumerate. A code of before is a number in
    the same space, and is read in its old words too.
    """

    number: int = field(repr=False)

    @classmethod
    def new(cls) -> "ReturnCode":
        return cls.derive_from_seed(secrets.token_bytes(SEED_BYTES))

    @classmethod
    def derive_from_seed(cls, seed: bytes) -> "ReturnCode":
        """The code of a secret seed: the first that it leads to without a word that tells."""
        while True:
            number = int.from_bytes(seed[:16], "big")
            if not code_words.has_offensive_word(number):
                return cls(number)
            seed = hashlib.blake2b(seed, person=b"helpdesk next").digest()

    @classmethod
    def read(cls, text: str) -> "ReturnCode | None":
        """The code that somebody typed, in any form, or None if it cannot be one."""
        return next(cls.find_all(text), None)

    @classmethod
    def find_all(cls, text: str) -> Iterator["ReturnCode"]:
        """Every code that a text may hold, the likeliest first: a pasted box has words around it.

        One slip in each word is forgiven where it leaves no doubt which word was meant: nobody has
        to be told, then, what is wrong with a code.
        """
        seen: set[int] = set()
        for number in _numbers_in(code_input.truncate_typed_code(text)):
            if number not in seen and len(seen) < MOST_CODES:
                seen.add(number)
                yield cls(number)

    @property
    def words(self) -> tuple[str, ...]:
        """In English."""
        return self.words_in(code_words.SOURCE)

    def words_in(self, language: str) -> tuple[str, ...]:
        """Twelve words, in that language where it has a list; ten of a code of before."""
        if self.number < POSSIBLE_CODES:
            return code_words.number_to_words(self.number, language)
        return eff_word_list.number_to_words(self.number)

    def is_in_language(self, language: str) -> bool:
        """Whether its words are of this language."""
        return self.number < POSSIBLE_CODES and code_words.has_word_list(language)

    def formatted_in(self, language: str) -> list[str]:
        """The same code once more, in groups: letters and digits, or digits alone for whoever reads
        a language that has no words for it."""
        if self.number >= POSSIBLE_CODES or code_words.has_word_list(language):
            plain = self.letters.replace("-", "")
            return [plain[start : start + 4] for start in range(0, LETTERS_IN_CODE, 4)]
        return self.digits.split()

    @property
    def digits(self) -> str:
        """40 digits in groups of five, the last a check."""
        return code_digits.number_to_digits(self.number)

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

    def link_secret(self) -> Secret:
        """The secret of a code that opens a partner's link: no return code, but drawn and read like
        one."""
        return Secret(_stretch(self.number, b"helpdesk link"))

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


def new_short_ref(prefix: str = "") -> str:
    """Generate a short reference to say over the phone, such as K7F-3MQ8. It is a name, not a
    secret."""
    number, letters = secrets.randbelow(len(LETTERS) ** 7), ""
    for _ in range(7):
        number, last = divmod(number, len(LETTERS))
        letters += LETTERS[last]
    return f"{prefix}{letters[:3]}-{letters[3:]}"


def generate_passphrase() -> str:
    """Generate a passphrase of seven words: 90 bits, enough against guessing at a stolen
    database."""
    return " ".join(secrets.choice(word_list()) for _ in range(WORDS_IN_PASSPHRASE))


def new_one_time_code() -> str:
    """Generate a code for one use, on paper or in an email: 26 characters, 130 bits, in groups."""
    plain = "".join(secrets.choice(LETTERS) for _ in range(LETTERS_IN_CODE))
    return "-".join(plain[start : start + 5] for start in range(0, LETTERS_IN_CODE, 5))


def clean_typed_code(text: str) -> str:
    """Clean a one-time code that was typed or pasted, to compare it with the one that was
    generated."""
    typed = code_input.truncate_typed_code(text)
    return next(code_input.find_letter_codes(typed), code_input.keep_letters_and_digits(typed))


def contains_code(text: str) -> bool:
    """Whether a text contains a secret code, or nearly all of one, where none belongs."""
    words = code_input.find_latin_words(text)
    return (
        code_input.contains_letter_code(text)
        or longest_run_of_words(words) >= WORDS_THAT_TELL
        or next(code_words.find_codes_in_words(words, forgiving=False), None) is not None
        or code_words.contains_partial_code(words)
        or any(number < POSSIBLE_CODES for number in code_digits.find_written_codes(text))
        or any(map(_may_be_drawn, code_digits.find_regrouped_codes(text)))
        or _is_nothing_else(text, words)
    )


def _may_be_drawn(number: int) -> bool:
    """Whether we would give this number to anybody: of what only looks like one, one in eight."""
    return number < POSSIBLE_CODES and not code_words.has_offensive_word(number)


def _is_nothing_else(text: str, words: list[str]) -> bool:
    """Whether a text is one code from end to end, in whatever groups, or with a slip in its words:
    what the mailbox would take, in a place where no sentence reads like that."""
    if (
        len(words) == WORDS_IN_CODE
        and next(code_words.find_codes_in_words(words), None) is not None
    ):
        return True
    return (
        code_input.is_only_a_letter_code(text) and next(_numbers_of_letters(text), None) is not None
    )


def has_bad_checksum(text: str) -> bool:
    """Whether a text is as long as a code and its checksum is wrong: something in it was written
    down or typed wrong, and nothing is said of which."""
    text = code_input.truncate_typed_code(text)
    if next(_numbers_in(text), None) is not None:
        return False
    words = len(code_input.find_latin_words(text))
    letters = len(code_input.keep_letters_and_digits(text))
    return words == WORDS_IN_CODE or (words == 0 and letters == code_digits.LENGTH)


def count_code_parts(text: str) -> tuple[int, int] | None:
    """How many words, or letters and digits, somebody typed of a code, and how many a whole one
    has.

    None where the number is right, or where it cannot be said which form they meant.
    """
    text = code_input.truncate_typed_code(text)
    words, letters = (
        len(code_input.find_latin_words(text)),
        len(code_input.keep_letters_and_digits(text)),
    )
    if letters in (LETTERS_IN_CODE, code_digits.LENGTH) and words <= 1:
        return None
    if words == 0 and LETTERS_IN_CODE < letters < 2 * code_digits.LENGTH:
        return letters, code_digits.LENGTH
    if (
        any(sign.isdigit() for sign in code_input.normalise_code(text))
        and letters < 2 * LETTERS_IN_CODE
    ):
        found = (letters, LETTERS_IN_CODE)
    else:
        found = (words, WORDS_IN_CODE)
    right = (0, found[1], *([WORDS_OF_BEFORE] if found[1] == WORDS_IN_CODE else []))
    return None if found[0] in right or found[0] > LONGEST_PASTE else found


def _numbers_in(text: str) -> Iterator[int]:
    """Those with a checksum first: nothing else is taken for them."""
    words = code_input.find_latin_words(text)
    is_short = len(words) <= LONGEST_PASTE
    if is_short:
        yield from code_words.find_codes_in_words(words, forgiving=False)
        yield from code_words.find_codes_in_words(words)
    yield from code_digits.find_codes_in_digits(text)
    yield from _numbers_of_letters(text)
    yield from eff_word_list.find_old_codes_in_words(words) if is_short else ()


def _numbers_of_letters(text: str) -> Iterator[int]:
    for letters in code_input.find_letter_codes(text):
        number = 0
        for letter in letters:
            number = number * len(LETTERS) + LETTERS.index(letter)
        if number < eff_word_list.POSSIBLE_CODES:
            yield number
