"""Cleaning and finding codes in what people type or paste, whatever keyboard, message or page it
came through."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

# Crockford's alphabet: no I, L, O or U, and what people write for them is understood.
LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD: Final = str.maketrans("ILO", "110")
LETTERS_IN_CODE: Final = 26

# What separates the groups of a code; `/` is kept apart, because an address is no code.
GROUPED: Final = re.compile(
    r"(?<![a-z0-9])[a-z0-9]{5}(?:[ -]+[a-z0-9]{5}){4}[ -]+[a-z0-9](?![a-z0-9])"
)
SOLID: Final = re.compile(r"(?<![a-z0-9/])[a-z0-9]{26}(?![a-z0-9/])")
# As it is copied from our own page, where it may break after every fourth sign.
BROKEN: Final = re.compile(
    r"(?<![a-z0-9])(?:[a-z0-9]{4} +[a-z0-9]-[a-z0-9]{2} +[a-z0-9]{3}- +){2}"
    r"[a-z0-9]{4} +[a-z0-9]-[a-z0-9](?![a-z0-9])"
)
# As the receipt shows a return code below its words: it begins with a digit, always.
IN_FOURS: Final = re.compile(
    r"(?<![a-z0-9])[0-7][a-z0-9]{3}(?:[ -]+[a-z0-9]{4}){5}[ -]+[a-z0-9]{2}(?![a-z0-9])"
)
SIX_DIGITS: Final = re.compile(r"(?<![a-z0-9])(\d{3})[ -]*(\d{3})(?![a-z0-9])")
SPACES: Final = frozenset({"Zs", "Zl", "Zp", "Cc"})
UNSEEN: Final = frozenset({"Cf", "Mn", "Me", "Cs"})
KNOWN: Final = 4096
# Letters that are read where a code is asked for: a pasted page with a code in it has fewer.
LONGEST_TYPED: Final = 5_000
# What one sign may stand for, such as a ligature or a fraction; a whole phrase is in no code.
LONGEST_SIGN: Final = 3


class _Signs(dict[int, str]):
    """For each sign what it is in a code: a letter, a digit, a separator, or nothing at all."""

    def __missing__(self, number: int) -> str:
        plain = "".join(map(_plain_sign, unicodedata.normalize("NFKD", chr(number)).casefold()))
        if len(plain) > LONGEST_SIGN:
            plain = "|"
        if len(self) < KNOWN:  # nobody fills our memory by writing in every script there is
            self[number] = plain
        return plain


def _plain_sign(sign: str) -> str:
    category, digit = unicodedata.category(sign), unicodedata.digit(sign, None)
    if category in UNSEEN:
        return ""
    if digit is not None:
        return str(digit)
    if category in SPACES or sign in "._·•‧・*":
        return " "
    if category == "Pd" or sign in "\u2212~":
        return "-"
    if sign == "\u0131":  # a small i on a Turkish keyboard, which has no dot
        return "i"
    if sign in "/=":
        return "/"
    return sign if sign.isascii() and sign.isalnum() else "|"


_signs = _Signs()


def normalise_code(text: str) -> str:
    """Normalise a typed code: small letters and digits as an English keyboard makes them; hidden
    characters are dropped.

    Spaces and full stops become a space, dashes a hyphen, and what is in no code a bar.
    """
    return text.translate(_signs)


def truncate_typed_code(text: str) -> str:
    """Cut what was typed in a field for a code to the length that we read."""
    return text[:LONGEST_TYPED]


def find_letter_codes(text: str) -> Iterator[str]:
    """Find the codes of 26 letters and digits that may stand in a text, the likeliest first."""
    typed = normalise_code(text)
    pieces = (one for one in typed.split("|") if len(one) >= LETTERS_IN_CODE)
    seen = set()
    for one in (typed, *_surely(typed), *pieces):
        letters = _letters_of(one)
        if len(letters) == LETTERS_IN_CODE and set(letters) <= set(LETTERS) and letters not in seen:
            seen.add(letters)
            yield letters


def keep_letters_and_digits(text: str) -> str:
    """All letters and digits of a text and nothing else, as codes are made of them."""
    return _letters_of(normalise_code(text))


def _letters_of(normalised: str) -> str:
    return re.sub(r"[^a-z0-9]", "", normalised).upper().translate(MISREAD)


def find_latin_words(text: str) -> list[str]:
    """The words of a text in Latin letters, in their order; numbers of a list are left out."""
    return re.findall(r"[a-z]+", normalise_code(text))


def extract_six_digits(text: str) -> str:
    """The six digits of a second factor; the text as it is if there are none."""
    found = {
        first + second
        for first, second in SIX_DIGITS.findall(normalise_code(truncate_typed_code(text)))
    }
    return found.pop() if len(found) == 1 else text


def contains_letter_code(text: str) -> bool:
    """Whether a code of 26 letters and digits surely stands in a text that should hold none."""
    return any(re.search(r"\d", one) for one in _surely(normalise_code(text)))


def is_only_a_letter_code(text: str) -> bool:
    """Whether a text is 26 letters and digits and nothing else, in groups that are no words and no
    numbers: one of them has both, or each sign stands alone."""
    groups = re.findall(r"[a-z0-9]+", normalise_code(text))
    if sum(map(len, groups)) != LETTERS_IN_CODE or not groups[0][0].isdigit():
        return False
    is_mixed = any(not one.isalpha() and not one.isdigit() for one in groups)
    return is_mixed or len(groups) == LETTERS_IN_CODE


def _surely(typed: str) -> list[str]:
    found = [one for form in (BROKEN, GROUPED, SOLID) for one in form.findall(typed)]
    found += [one for one in IN_FOURS.findall(typed) if _is_mixed(one)]
    return [one for one in found if _may_be(one)]


def _is_mixed(fours: str) -> bool:
    """Whether it is more than a year and six short words, or the number of a bank account."""
    return bool(re.search(r"\d", fours[4:]) and re.search("[a-z]", fours))


def _may_be(found: str) -> bool:
    return set(re.sub(r"[ -]", "", found).upper().translate(MISREAD)) <= set(LETTERS)
