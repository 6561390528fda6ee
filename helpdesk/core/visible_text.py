"""Visible text: whether something was written at all, in the eyes of whoever reads it."""

import re
import unicodedata
from typing import Final

from helpdesk.core import unicode_normalization

# What nobody sees, as ranges of a regular expression: Unicode's Default_Ignorable_Code_Point, and
# two signs that are blank on every screen.
HIDDEN: Final = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\u2800\U0001d159"
)
_hidden = re.compile(f"[{HIDDEN}]")
SPACES: Final = frozenset({"Cc", "Zl", "Zp", "Zs"})
UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Me", "Mn", "Zl", "Zp", "Zs"})


def fold_for_comparison(text: str) -> str:
    """Fold a text so that texts which look the same but for capitals and spaces are equal. Letters
    of two scripts that look alike stay two."""
    plain = unicode_normalization.normalize_unicode("NFKC", without_hidden_signs(text)).casefold()
    seen = (
        " " if unicodedata.category(sign) in SPACES else sign for sign in plain if _is_seen(sign)
    )
    return " ".join("".join(seen).split())


def _is_seen(sign: str) -> bool:
    """Marks count, because they make another letter of one."""
    category = unicodedata.category(sign)
    return category in SPACES or category not in {"Cf", "Cs"}


def has_visible_text(text: str) -> bool:
    """Whether a text has anything that can be seen: no space of any width, mark or joiner is a
    word."""
    return any(unicodedata.category(sign) not in UNSEEN for sign in without_hidden_signs(text))


def without_hidden_signs(text: str) -> str:
    """Remove characters that nobody sees; marks, joiners and spaces that are seen stay."""
    return text if text.isascii() else _hidden.sub("", text)
