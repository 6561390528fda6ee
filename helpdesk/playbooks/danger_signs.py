"""Signs of despair, violence or someone at the door in what a person types, in any language.

They bring help to the eye at once, beside the way on, and decide nothing: no level follows from
them. So a sign too many costs a glance, and one too few costs more. Pure, and it keeps nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from helpdesk.playbooks.normalization import LONGEST, WORD, folded, stem

# Words that people put between the words of a phrase: "he *always* hits me".
BETWEEN: Final = 2
# A text made to keep us busy is not read to its end.
MOST_READ: Final = 10_000


class DangerSign(StrEnum):
    """What may be going on, the most pressing first."""

    DOOR = "door"
    DESPAIR = "despair"
    HOME = "home"
    CHILD = "child"


@dataclass(frozen=True)
class DangerPhrase:
    """Words that point to a danger, in one language."""

    sign: DangerSign
    language: str
    text: str

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """All its words, each by its stem."""
        return tuple(_stems(self.text))


def signs_in(text: str, phrases: Iterable[DangerPhrase]) -> tuple[DangerSign, ...]:
    """The signs that a text shows, whatever language it is in, the most pressing first."""
    words = _stems(text[:MOST_READ])
    places: dict[str, list[int]] = defaultdict(list)
    for place, word in enumerate(words):
        places[word].append(place)
    shown = {
        one.sign for one in phrases if one.stems[0] in places and _has(words, places, one.stems)
    }
    return tuple(sign for sign in DangerSign if sign in shown)


def _has(words: list[str], places: Mapping[str, list[int]], phrase: tuple[str, ...]) -> bool:
    """Whether the words of a phrase come one after the other, with few between them."""
    return any(_follow(words, place + 1, phrase[1:]) for place in places[phrase[0]])


def _follow(words: list[str], place: int, rest: tuple[str, ...]) -> bool:
    for wanted in rest:
        near = words[place : place + BETWEEN + 1]
        if wanted not in near:
            return False
        place += near.index(wanted) + 1
    return True


def _stems(text: str) -> list[str]:
    """All words, the small ones too: who is hit is in them."""
    return [stem(word) for piece in _short(text) for word in WORD.findall(folded(piece))]


def _short(text: str) -> Iterator[str]:
    """A long text in pieces that `folded` takes whole."""
    piece = ""
    for word in text.split():
        if piece and len(piece) + len(word) >= LONGEST:
            yield piece
            piece = ""
        piece = f"{piece} {word}"
    if piece:
        yield piece
