"""Visible text: whether something was written at all, in the eyes of whoever reads it."""

import unicodedata
from typing import Final

from helpdesk.core import unicode_normalization

# Letters and signs by their category, and blank on every screen.
BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
SPACES: Final = frozenset({"Cc", "Zl", "Zp", "Zs"})
UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Me", "Mn", "Zl", "Zp", "Zs"})


def fold_for_comparison(text: str) -> str:
    """The same for all texts that look the same but for capitals and spaces. Letters of two scripts
    that look alike stay two."""
    plain = unicode_normalization.normalize_unicode("NFKC", text).casefold()
    seen = (
        " " if unicodedata.category(sign) in SPACES else sign for sign in plain if _is_seen(sign)
    )
    return " ".join("".join(seen).split())


def _is_seen(sign: str) -> bool:
    """Marks count, because they make another letter of one."""
    category = unicodedata.category(sign)
    return category in SPACES or (sign not in BLANK and category not in {"Cf", "Cs"})


def has_visible_text(text: str) -> bool:
    """Whether anything of it can be seen: no space of any width, mark or joiner is a word."""
    return any(sign not in BLANK and unicodedata.category(sign) not in UNSEEN for sign in text)
