"""Limits on the length of texts: counted as a person counts, said with the number, and never
cut."""

import unicodedata
from collections.abc import Callable
from typing import Any, Final

from flask_babel import format_decimal
from flask_babel import lazy_gettext as _
from wtforms import Field, ValidationError

# A story, a message, a note: what somebody writes in an evening.
TEXT_LIMIT: Final = 50_000
# A line.
SHORT_LIMIT: Final = 500
JOINER: Final = "\u200d"
# Signs that hang on the one before: accents, vowel signs, what chooses how a sign is drawn.
HANGING: Final = frozenset({"Mn", "Mc", "Me", "Cf"})
SKIN_TONES: Final = range(0x1F3FB, 0x1F400)
FLAG_LETTERS: Final = range(0x1F1E6, 0x1F200)
# Of one letter so many signs are a way to write; what is more counts as further letters.
SIGNS_IN_LETTER: Final = 2


def count_graphemes(text: str) -> int:
    """Count the characters of a text as a person does: é, ग्रा and a flag are one each.

    A heap of accents on one letter counts as more, so that nothing grows without end.
    """
    if text.isascii():
        return len(text)
    counted, is_joined, flags = 0, False, 0
    for sign in text:
        flags = flags + 1 if ord(sign) in FLAG_LETTERS else 0
        hangs = ord(sign) in SKIN_TONES or unicodedata.category(sign) in HANGING
        if not (hangs or is_joined or (flags and flags % 2 == 0)):
            counted += 1
        is_joined = sign == JOINER
    return max(counted, -(-len(text) // SIGNS_IN_LETTER))


def count_code_points(text: str) -> int:
    """Count the code points of a text, as a column of the database does."""
    return len(text)


def max_length_validator(
    limit: int, *, count: Callable[[str], int] = count_graphemes
) -> Callable[[Any, Field], None]:
    """A validator of a text's length: one that is too long is kept, and its writer told by how
    much."""

    def check(_form: Any, field: Field) -> None:
        text = field.data or ""
        if len(text) <= limit:
            return
        length = count(text)
        if length > limit:
            raise ValidationError(
                _(
                    "You wrote %(length)s characters in “%(question)s”. The limit is %(limit)s. "
                    "Nothing is lost. Shorten it here, and send the rest later.",
                    question=str(field.label.text).rstrip(":").rstrip(),
                    length=format_decimal(length),
                    limit=format_decimal(limit),
                )
            )

    check.limit = limit  # type: ignore[attr-defined]  # for whoever asks what a field may hold
    return check
