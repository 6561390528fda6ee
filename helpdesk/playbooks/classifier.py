"""A naive Bayes classifier for short texts: which kind of incident words most likely describe.

Multinomial naive Bayes over stems, pairs of neighbouring stems, meanings (words that are known to
mean the same count as one, across languages), and pieces of three and four letters, which carry
slips and endings. Each kind is smoothed towards what all kinds have in common,
so that many examples are no advantage over few. The nearest single example counts beside it:
whoever types exactly what others type is understood. Source of the method: Manning, Raghavan and
Schütze, Introduction to Information Retrieval, chapter 13.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import log
from typing import Final

from helpdesk.core.edit_distance import within_one_edit
from helpdesk.playbooks.normalization import WORD, folded, is_stop_word_stem, stem
from helpdesk.playbooks.synonyms import Synonyms

PAIR: Final = 0.5
# People have many words for few things: a meaning says more than the word for it.
MEANING: Final = 3.0
LETTERS: Final = 0.25
SIZES: Final = (3, 4)
# How much of the common background each kind is given before its own counts.
SMOOTHING: Final = 100.0
# What the nearest example is worth: as much as a stem that only one kind knows.
NEAREST: Final = 4.0
SLIP_FROM: Final = 4
MOST_WORDS: Final = 60


@dataclass(frozen=True)
class Example:
    """A text that is known to describe a kind of incident, and how much it counts."""

    kind: str
    text: str
    weight: float = 1.0


class Classifier:
    """Trained once on examples; keeps nothing of what it is asked."""

    def __init__(self, examples: Iterable[Example], synonyms: Synonyms | None = None) -> None:
        self._synonyms = synonyms or Synonyms()
        counts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        self._words: Counter[str] = Counter()
        self._examples: dict[str, set[tuple[str, frozenset[str]]]] = defaultdict(set)
        for example in examples:
            words = _words_of(example.text)
            stems = [stem(word) for word in words]
            self._words.update(stems)
            telling = frozenset(_telling(stems))
            for one in telling:
                self._examples[one].add((example.kind, telling))
            for feature, value in self._features(words, stems).items():
                counts[example.kind][feature] += value * example.weight
        self._train(counts)

    def _train(self, counts: Mapping[str, Mapping[str, float]]) -> None:
        background: dict[str, float] = defaultdict(float)
        for of_kind in counts.values():
            for feature, count in of_kind.items():
                background[feature] += count
        everything = sum(background.values())
        self._unseen: dict[str, float] = {}
        # For each feature the kinds that have it: most kinds lack most features.
        self._seen: dict[str, dict[str, float]] = {feature: {} for feature in background}
        for kind, of_kind in counts.items():
            size = sum(of_kind.values()) + SMOOTHING
            self._unseen[kind] = log(SMOOTHING / size)
            for feature, count in of_kind.items():
                share = background[feature] / everything
                self._seen[feature][kind] = log((count + SMOOTHING * share) / (size * share))

    def scores(self, text: str) -> Mapping[str, float]:
        """How much likelier each kind is than before anything was typed; empty if nothing is known.

        A log likelihood ratio against what all kinds have in common, and the nearest example.
        """
        words = _words_of(text)
        typed = [stem(word) for word in words]
        stems = [self._meant(one) for one in typed]
        # a slip is put right before its meaning is asked for
        spelt = [
            word if meant == one else meant
            for word, one, meant in zip(words, typed, stems, strict=True)
        ]
        found = self._features(spelt, stems)
        asked = {name: value for name, value in found.items() if name in self._seen}
        if not asked:
            return {}
        weight = sum(asked.values())
        scores = {kind: weight * unseen for kind, unseen in self._unseen.items()}
        for feature, value in asked.items():
            for kind, ratio in self._seen[feature].items():
                scores[kind] += value * (ratio - self._unseen[kind])
        for kind, share in self._nearest(frozenset(_telling(stems))).items():
            scores[kind] += NEAREST * share
        return scores

    def _features(self, words: Sequence[str], stems: Sequence[str]) -> Mapping[str, float]:
        """What the classifier sees. Stems, pairs, pieces of letters and meanings never collide."""
        meanings = self._synonyms.meanings_in(words)
        return {
            **_features_of_stems(stems),
            **{f"m {meaning}": MEANING * times for meaning, times in meanings.items()},
        }

    def _nearest(self, asked: frozenset[str]) -> Mapping[str, float]:
        """For each kind what its nearest example shares with the words: 1 if they are the same."""
        best: dict[str, float] = {}
        for kind, example in {one for word in asked for one in self._examples.get(word, ())}:
            share = len(asked & example) / len(asked | example)
            best[kind] = max(best.get(kind, 0.0), share)
        return best

    def _meant(self, word: str) -> str:
        """The word, or the one known best that is a slip away from it."""
        if word in self._words or len(word) < SLIP_FROM:
            return word
        near = {one for one in within_one_edit(word) if one in self._words}
        return max(near, key=lambda one: (self._words[one], one), default=word)


def _words_of(text: str) -> list[str]:
    return WORD.findall(folded(text))[:MOST_WORDS]


def _telling(stems: Sequence[str]) -> Sequence[str]:
    return [one for one in stems if not is_stop_word_stem(one)] or stems


def _features_of_stems(stems: Sequence[str]) -> Mapping[str, float]:
    found: dict[str, float] = defaultdict(float)
    for word in _telling(stems):
        found[f"w {word}"] += 1
        for piece in _pieces_of(word):
            found[f"l {piece}"] += LETTERS
    for one, following in pairwise(stems):
        found[f"p {one} {following}"] += PAIR
    return found


@lru_cache(maxsize=8192)
def _pieces_of(word: str) -> tuple[str, ...]:
    """The word's pieces of three and four letters, its beginning and end marked."""
    marked = f"^{word}$"
    return tuple(
        marked[start : start + size] for size in SIZES for start in range(len(marked) - size + 1)
    )
