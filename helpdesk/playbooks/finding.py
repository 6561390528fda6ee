"""From plain words to kinds of trouble: whoever types "hacked" need not know how we sort things.

Pure, and it keeps nothing: neither the words nor that somebody looked.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Final

from helpdesk.playbooks.folding import words_in
from helpdesk.playbooks.pages import Playbook, Text

MOST: Final = 5
MOST_WORDS: Final = 16
# What a phrase is worth by where it stands.
ALSO_CALLED, TITLE, TRIGGER = 1.0, 0.95, 0.6
# Whatever is far behind the best is not worth a frightened person's time.
CLOSE_ENOUGH: Final = 0.4
ENOUGH: Final = 0.25
MISTAKE_FROM: Final = 5
TWO_MISTAKES_FROM: Final = 9
UNUSED: Final = log(3)
SAME_BEGINNING: Final = 6
COMMA: Final = re.compile("[,،;؛]")


@dataclass(frozen=True)
class Found:
    """A kind of trouble that may be meant, and the words of others that were the nearest."""

    page: Playbook
    nearest: str


@dataclass(frozen=True)
class Phrase:
    """One way to say what happened, as stems, for the page it leads to."""

    kind: str
    said: str
    stems: tuple[str, ...]
    worth: float


class Finder:
    """Looks in the pages of the shown language and, with the same ids, in those of another."""

    def __init__(self, shown: Sequence[Playbook], also: Iterable[Playbook] = ()) -> None:
        self._shown = {page.id: page for page in shown}
        others = [page for page in also if page.id in self._shown]
        # the language that is shown comes first where both say the same
        self._phrases = (*_phrases(shown, 1.0), *_phrases(others, 0.99))
        pages_with: dict[str, set[str]] = {}
        self._with: dict[str, list[Phrase]] = {}
        for phrase in self._phrases:
            for stem in phrase.stems:
                pages_with.setdefault(stem, set()).add(phrase.kind)
                self._with.setdefault(stem, []).append(phrase)
        # a word that many pages use says little
        self._weights = {
            stem: log(1 + len(self._shown) / len(kinds)) for stem, kinds in pages_with.items()
        }
        self._by_letter: dict[str, list[str]] = {}
        for stem in self._weights:
            self._by_letter.setdefault(stem[0], []).append(stem)

    def find(self, words: str) -> tuple[Found, ...]:
        """The kinds of trouble that these words may mean, the likeliest first; none is fine."""
        looked_for = tuple(dict.fromkeys(words_in(words)))[:MOST_WORDS]
        fits = {word: self._fits(word) for word in looked_for}
        near = {id(one): one for fit in fits.values() for stem in fit for one in self._with[stem]}
        rated: dict[str, tuple[float, str]] = {}
        together: dict[str, dict[str, float]] = {}
        for phrase in near.values():
            worth = self._rate(phrase, fits)
            rated[phrase.kind] = max(rated.get(phrase.kind, (0.0, "")), (worth, phrase.said))
            best = together.setdefault(phrase.kind, dict.fromkeys(looked_for, 0.0))
            for word, fit in fits.items():
                best[word] = max(best[word], phrase.worth * _best(fit, phrase.stems))
        worths = {
            # the best phrase counts most, and a little what the others of the page add
            kind: 0.8 * worth + 0.2 * self._share(together[kind])
            for kind, (worth, _said) in rated.items()
        }
        enough = max(ENOUGH, CLOSE_ENOUGH * max(worths.values(), default=0.0))
        order = list(self._shown)
        kinds = sorted(
            (kind for kind, worth in worths.items() if worth >= enough),
            key=lambda kind: (-worths[kind], order.index(kind)),
        )
        return tuple(Found(self._shown[kind], rated[kind][1]) for kind in kinds[:MOST])

    def _fits(self, word: str) -> dict[str, float]:
        """Every stem that a word may mean, and how sure that is. The first letter is right."""
        bucket = self._by_letter.get(word[0], ())
        return {stem: fit for stem in bucket if (fit := _fit(word, stem))}

    def _rate(self, phrase: Phrase, fits: Mapping[str, Mapping[str, float]]) -> float:
        """How much of what was typed stands in a phrase, and how much of the phrase was typed."""
        covered = self._share({word: _best(fit, phrase.stems) for word, fit in fits.items()})
        said = {stem: max(fit.get(stem, 0.0) for fit in fits.values()) for stem in phrase.stems}
        return phrase.worth * covered * (0.55 + 0.45 * self._share(said))

    def _share(self, parts: Mapping[str, float]) -> float:
        """A part of each word, by the weight of the words. One that nobody uses weighs a little."""
        weights = {word: self._weights.get(word, UNUSED) for word in parts}
        return sum(parts[word] * weights[word] for word in parts) / sum(weights.values())


def _phrases(pages: Iterable[Playbook], worth: float) -> Iterator[Phrase]:
    for page in pages:
        # where one language has several words, a translation lists them, with commas between
        said = [(one, ALSO_CALLED) for text in page.also_called for one in alternatives(text)]
        said += [(str(page.title), TITLE), (str(page.trigger), TRIGGER)]
        for words, place in said:
            stems = tuple(dict.fromkeys(words_in(words)))
            if stems:
                yield Phrase(page.id, words, stems, worth * place)


def alternatives(text: Text) -> list[str]:
    """The ways to say it that stand in one entry."""
    return [one.strip() for one in COMMA.split(str(text)) if one.strip()]


def _best(fit: Mapping[str, float], stems: Iterable[str]) -> float:
    return max(fit.get(stem, 0.0) for stem in stems)


def _fit(word: str, stem: str) -> float:
    """How sure it is that two words are meant to be one: the same, a beginning, or a slip."""
    if word == stem:
        return 1.0
    short, long = sorted((word, stem), key=len)
    if len(short) >= 4 and long.startswith(short):
        return 0.9 if len(long) - len(short) <= 3 else 0.6
    if len(short) >= SAME_BEGINNING and short[:SAME_BEGINNING] == long[:SAME_BEGINNING]:
        return 0.6  # two forms of a verb, in languages that have many
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
