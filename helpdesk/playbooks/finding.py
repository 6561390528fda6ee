"""From plain words to kinds of trouble: whoever types "hacked" need not know how we sort things.

Pure, and it keeps nothing: neither the words nor that somebody looked.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import Final

from helpdesk.playbooks.folding import words_in
from helpdesk.playbooks.pages import Playbook, Text

MOST: Final = 5
MOST_WORDS: Final = 24
# What a phrase is worth by where it stands.
ALSO_CALLED, TITLE, TRIGGER = 1.0, 0.95, 0.6
# Whatever is far behind the best is not worth a frightened person's time.
CLOSE_ENOUGH: Final = 0.4
ENOUGH: Final = 0.25
MISTAKE_FROM: Final = 5
TWO_MISTAKES_FROM: Final = 9


@dataclass(frozen=True)
class Found:
    """A kind of trouble that may be meant, and the words of others that were the nearest."""

    page: Playbook
    nearest: Text


@dataclass(frozen=True)
class Phrase:
    """One way to say what happened, as stems, for the page it leads to."""

    kind: str
    said: Text
    stems: tuple[str, ...]
    worth: float


class Finder:
    """Looks in the pages of the shown language and, with the same ids, in those of another."""

    def __init__(self, shown: Sequence[Playbook], also: Iterable[Playbook] = ()) -> None:
        self._shown = {page.id: page for page in shown}
        self._phrases = [*_phrases(shown, 1.0)]
        others = [page for page in also if page.id in self._shown]
        # the language that is shown comes first where both say the same
        self._phrases += [*_phrases(others, 0.99)]

    def find(self, words: str) -> tuple[Found, ...]:
        """The kinds of trouble that these words may mean, the likeliest first; none is fine."""
        looked_for = tuple(dict.fromkeys(words_in(words)))[:MOST_WORDS]
        if not looked_for:
            return ()
        rated = {kind: self._rate(kind, looked_for) for kind in self._shown}
        best = max((worth for worth, _said in rated.values()), default=0.0)
        near = [
            (worth, said, self._shown[kind])
            for kind, (worth, said) in rated.items()
            if worth >= max(ENOUGH, best * CLOSE_ENOUGH) and said is not None
        ]
        near.sort(key=lambda one: -one[0])  # pages of one worth stay in the order of the shelf
        return tuple(Found(page, said) for _worth, said, page in near[:MOST])

    def _rate(self, kind: str, looked_for: Sequence[str]) -> tuple[float, Text | None]:
        """How well the best phrase of a page fits, and a little for what the others add."""
        best, nearest = 0.0, None
        anywhere = dict.fromkeys(looked_for, 0.0)
        total = sum(self._weight(word) for word in looked_for)
        for phrase in self._by_kind.get(kind, ()):
            fits = {word: _best_fit(word, phrase.stems) for word in looked_for}
            for word, fit in fits.items():
                anywhere[word] = max(anywhere[word], fit * phrase.worth)
            covered = sum(fit * self._weight(word) for word, fit in fits.items()) / total
            said = sum(
                self._weight(stem) * max(_fit(word, stem) for word in looked_for)
                for stem in phrase.stems
            ) / sum(self._weight(stem) for stem in phrase.stems)
            worth = phrase.worth * covered * (0.55 + 0.45 * said)
            if worth > best:
                best, nearest = worth, phrase.said
        together = sum(fit * self._weight(word) for word, fit in anywhere.items()) / total
        return best * 0.8 + together * 0.2, nearest

    @cached_property
    def _by_kind(self) -> dict[str, list[Phrase]]:
        kinds: dict[str, list[Phrase]] = {}
        for phrase in self._phrases:
            kinds.setdefault(phrase.kind, []).append(phrase)
        return kinds

    @cached_property
    def _pages_with(self) -> dict[str, int]:
        kinds: dict[str, set[str]] = {}
        for phrase in self._phrases:
            for word in phrase.stems:
                kinds.setdefault(word, set()).add(phrase.kind)
        return {word: len(pages) for word, pages in kinds.items()}

    def _weight(self, word: str) -> float:
        """A word that many pages use says little; one that nobody uses is not held against us."""
        pages = max(1, len(self._shown))
        return log(1 + pages / self._pages_with.get(word, pages / 2))


def _phrases(pages: Iterable[Playbook], worth: float) -> Iterator[Phrase]:
    for page in pages:
        said = [(text, ALSO_CALLED) for text in page.also_called]
        said += [(page.title, TITLE), (page.trigger, TRIGGER)]
        for text, place in said:
            stems = tuple(dict.fromkeys(words_in(str(text))))
            if stems:
                yield Phrase(page.id, text, stems, worth * place)


def _best_fit(word: str, stems: Iterable[str]) -> float:
    return max((_fit(word, stem) for stem in stems), default=0.0)


def _fit(word: str, stem: str) -> float:
    """How sure it is that two words are meant to be one: the same, a beginning, or a slip."""
    if word == stem:
        return 1.0
    short, long = sorted((word, stem), key=len)
    if len(short) >= 4 and long.startswith(short):
        return 0.9 if len(long) - len(short) <= 3 else 0.6
    if len(short) < MISTAKE_FROM - 1:
        return 0.0
    if len(long) < MISTAKE_FROM and sorted(word) != sorted(stem):
        return 0.0  # in so short a word only two letters may have changed places
    slips = 2 if len(short) >= TWO_MISTAKES_FROM else 1
    return 0.7 if _within(word, stem, slips) else 0.0


def _within(one: str, other: str, slips: int) -> bool:
    """Whether that many letters added, left out, changed or swapped make one word of the other."""
    if abs(len(one) - len(other)) > slips:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for here, letter in enumerate(one, start=1):
        above, row = row, [here]
        for there, sign in enumerate(other, start=1):
            cost = min(above[there] + 1, row[-1] + 1, above[there - 1] + (letter != sign))
            swapped = here > 1 and there > 1 and (letter, sign) == (other[there - 2], one[here - 2])
            row.append(min(cost, before[there - 2] + 1) if swapped else cost)
        if min(row) > slips:
            return False
        before = above
    return row[-1] <= slips
