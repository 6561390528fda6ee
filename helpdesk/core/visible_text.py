"""Visible text: whether something was written at all, in the eyes of whoever reads it."""

import unicodedata
from typing import Final

# Letters and signs by their category, and blank on every screen.
BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Me", "Mn", "Zl", "Zp", "Zs"})


def has_visible_text(text: str) -> bool:
    """Whether anything of it can be seen: no space of any width, mark or joiner is a word."""
    return any(sign not in BLANK and unicodedata.category(sign) not in UNSEEN for sign in text)
