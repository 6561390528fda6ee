"""Unicode normalization of text, at a cost that only grows with its length.

Unicode puts the marks on a letter in order, and Python sorts them one past the other: ten thousand
marks on one letter hold a process for seconds. No text in any script has more than thirty (Unicode
Standard Annex 15, "Stream-Safe Text Format"); what is beyond them is left out.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import takewhile
from typing import Final, Literal

MOST_MARKS: Final = 30


def normalize_unicode(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """Normalize a text to a normal form, with at most thirty marks on a letter."""
    if text.isascii():
        return text
    return unicodedata.normalize(form, "".join(_with_few_marks(text)))


def _with_few_marks(text: str) -> Iterator[str]:
    marks = 0
    for sign in text:
        before, after, is_mark = _marks_of(sign)
        if marks + before > MOST_MARKS:
            continue
        marks = marks + before if is_mark else after
        yield sign


@lru_cache(maxsize=4_096)
def _marks_of(sign: str) -> tuple[int, int, bool]:
    """How many marks it begins and ends with, and whether it is nothing else.

    In what it falls apart into: U+0F73 is no mark by itself, and becomes two.
    """
    parts = unicodedata.normalize("NFKD", sign)
    before, after = _leading_marks(parts), _leading_marks(reversed(parts))
    return before, after, before == len(parts)


def _leading_marks(parts: Iterable[str]) -> int:
    return sum(1 for _ in takewhile(unicodedata.combining, parts))
