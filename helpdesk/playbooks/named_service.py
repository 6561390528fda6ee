"""Which service somebody names in their own words, so that they need not pick it from a list again.

Pure, and it keeps nothing. Where two are named, or none, it says nothing: a wrong guess costs more.
"""

from collections.abc import Iterable
from typing import Final

from helpdesk.playbooks.library import Platform
from helpdesk.playbooks.word_normalization import WORD, fold_letters, without_affixes

# A text made to keep us busy is not read to its end.
MOST_READ: Final = 10_000


def named_service(text: str, platforms: Iterable[Platform]) -> Platform | None:
    """The one service that a text names; None where it names none, or several."""
    words = WORD.findall(fold_letters(text[:MOST_READ]))
    said = {f" {' '.join(words)} ", f" {' '.join(without_affixes(word) for word in words)} "}
    named = [one for one in platforms if any(_is_in(said, way) for way in one.written)]
    return named[0] if len(named) == 1 else None


def _is_in(said: Iterable[str], way: str) -> bool:
    phrase = f" {' '.join(WORD.findall(fold_letters(way)))} "
    return any(phrase in text for text in said)
