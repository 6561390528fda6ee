"""Return codes in digits, for whoever writes no Latin letters: 39 digits and one to check them."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from helpdesk.core.code_input import normalise_code

LENGTH: Final = 40
GROUP: Final = 5
# In groups of five, or all together; between two of them a space or a hyphen at most.
TYPED: Final = re.compile(r"(?<![a-z0-9])\d(?:[ -]{0,3}\d){39}(?![a-z0-9])")
# As we write it. Where nobody asks for a code, numbers in other groups are what people tell of:
# addresses of computers, transfers, posts.
WRITTEN: Final = re.compile(r"(?<![a-z0-9])(?:\d{5}(?:[ -]{1,3}\d{5}){7}|\d{40})(?![a-z0-9])")


def _rows_of(size: int) -> re.Pattern[str]:
    """Groups of one size, as many as stand in a row."""
    return re.compile(rf"(?<![a-z0-9])\d{{{size}}}(?:[ -]{{1,3}}\d{{{size}}})+(?![a-z0-9])")


# As people copy and read out a long number. Longer groups, each on a line of its own, are a list.
FOURS: Final = _rows_of(4)
LONG_GROUPS: Final = tuple(map(_rows_of, (8, 10, 20)))


def number_to_digits(number: int) -> str:
    """A code's number as digits, in eight groups of five, with one digit to check them."""
    plain = f"{number:0{LENGTH - 1}d}"
    plain += str(_check(plain))
    return " ".join(plain[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def find_codes_in_digits(text: str) -> Iterator[int]:
    """Find the codes that stand in a text as digits, of whatever script, with the right check
    digit."""
    yield from _with_right_check(TYPED.findall(normalise_code(text)))


def find_written_codes(text: str) -> Iterator[int]:
    """Find those that stand there as we write them."""
    yield from _with_right_check(WRITTEN.findall(normalise_code(text)))


def find_regrouped_codes(text: str) -> Iterator[int]:
    """Find those whose groups are alike, of another size than ours, and no more of them in a row
    than a code has: transfers, cards and posts stand in longer lists, or in shorter ones."""
    lines = [normalise_code(line) for line in text.splitlines()]
    rows = FOURS.findall(" ".join(lines))
    rows += [row for groups in LONG_GROUPS for line in lines for row in groups.findall(line)]
    yield from _with_right_check(row for row in rows if len(re.sub(r"\D", "", row)) == LENGTH)


def _with_right_check(found: Iterable[str]) -> Iterator[int]:
    for typed in found:
        plain = re.sub(r"\D", "", typed)
        if int(plain[-1]) == _check(plain[:-1]):
            yield int(plain[:-1])


def _check(plain: str) -> int:
    """Luhn's digit: it finds each wrong digit and nearly every two that changed places."""
    total = 0
    for place, sign in enumerate(reversed(plain)):
        doubled = int(sign) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return -total % 10
