"""Normal forms of text, made at a cost that only grows with its length.

Unicode puts the marks on a letter in order, and Python sorts them one past the other: ten thousand
marks on one letter hold a process for seconds. No text in any script has more than thirty (Unicode
Standard Annex 15, "Stream-Safe Text Format"); what is beyond them is left out.
"""

import unicodedata
from collections.abc import Iterator
from typing import Final, Literal

MOST_MARKS: Final = 30


def normalize(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """The text in a normal form, with at most thirty marks on a letter."""
    if text.isascii():
        return text
    return unicodedata.normalize(form, "".join(_with_few_marks(text)))


def _with_few_marks(text: str) -> Iterator[str]:
    marks = 0
    for sign in text:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= MOST_MARKS:
            yield sign
