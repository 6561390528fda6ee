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
from itertools import pairwise
from math import log
from typing import Final

from helpdesk.core.edit_distance import variants_within_one_edit
from helpdesk.playbooks.synonyms import SynonymFinder
from helpdesk.playbooks.word_normalization import WORD, fold_letters, is_stop_word_stem, stem

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

# How much of a text is known, and by kind how much it says for it.
Evidence = tuple[float, dict[str, float]]


@dataclass(frozen=True)
class TrainingExample:
    """A text that is known to describe a kind of incident, and how much it counts."""

    kind: str
    text: str
    weight: float = 1.0


class NaiveBayesClassifier:
    """A naive Bayes classifier, trained once on examples; keeps nothing of what it is asked."""

    def __init__(
        self, examples: Iterable[TrainingExample], synonyms: SynonymFinder | None = None
    ) -> None:
        self._synonyms = synonyms or SynonymFinder()
        counts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        self._words: Counter[str] = Counter()
        # Each example as its kind and its number of words, and in which of them a word stands.
        self._examples: list[tuple[str, int]] = []
        self._examples_with: dict[str, list[int]] = defaultdict(list)
        # What a known word says; of words that are not known nothing is kept.
        self._of_word: dict[str, Evidence] = {}
        for example in examples:
            words = _words_of(example.text)
            stems = [stem(word) for word in words]
            self._words.update(stems)
            telling = frozenset(_telling(stems))
            for one in telling:
                self._examples_with[one].append(len(self._examples))
            self._examples.append((example.kind, len(telling)))
            for feature, value in self._features(words, stems).items():
                counts[example.kind][feature] += value * example.weight
        self._longest = max(map(len, self._words), default=0)
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
        weight, ratios = self._together(spelt, stems)
        if not weight:
            return {}
        scores = {kind: weight * unseen for kind, unseen in self._unseen.items()}
        for kind, ratio in ratios.items():
            scores[kind] += ratio
        for kind, share in self._nearest(frozenset(_telling(stems))).items():
            scores[kind] += NEAREST * share
        return scores

    def _features(self, words: Sequence[str], stems: Sequence[str]) -> Mapping[str, float]:
        """What the classifier sees. Stems, pairs, pieces of letters and meanings never collide."""
        found = Counter[str]()
        for word in _telling(stems):
            found.update(_features_of_stem(word))
        found.update(self._features_of_all(words, stems))
        return found

    def _features_of_all(self, words: Sequence[str], stems: Sequence[str]) -> Mapping[str, float]:
        """What is not of one word alone: neighbours, and what the words mean."""
        found: dict[str, float] = defaultdict(float)
        for one, following in pairwise(stems):
            found[f"p {one} {following}"] += PAIR
        for meaning, times in self._synonyms.meanings_in(words).items():
            found[f"m {meaning}"] = MEANING * times
        return found

    def _together(self, words: Sequence[str], stems: Sequence[str]) -> Evidence:
        """What all of a text says. Each feature counts for itself, so that what a known word says
        is added up once and for all: most words of a text are known."""
        weight, ratios = self._evidence(self._features_of_all(words, stems))
        for word in _telling(stems):
            of_word = self._of_word.get(word) or self._evidence(
                _features_of_stem(word[: self._longest + 1])
            )
            if word in self._words:
                self._of_word[word] = of_word
            weight += of_word[0]
            for kind, ratio in of_word[1].items():
                ratios[kind] = ratios.get(kind, 0.0) + ratio
        return weight, ratios

    def _evidence(self, features: Mapping[str, float]) -> Evidence:
        """How much of it is known, and by kind how much it says beyond what the kind lacks."""
        weight, ratios = 0.0, dict[str, float]()
        for feature, value in features.items():
            seen = self._seen.get(feature)
            if seen is None:
                continue
            weight += value
            for kind, ratio in seen.items():
                said = value * (ratio - self._unseen[kind])
                ratios[kind] = ratios.get(kind, 0.0) + said
        return weight, ratios

    def _nearest(self, asked: frozenset[str]) -> Mapping[str, float]:
        """For each kind what its nearest example shares with the words: 1 if they are the same."""
        shared = Counter(place for word in asked for place in self._examples_with.get(word, ()))
        best: dict[str, float] = {}
        for place, both in shared.items():
            kind, size = self._examples[place]
            share = both / (len(asked) + size - both)
            best[kind] = max(best.get(kind, 0.0), share)
        return best

    def _meant(self, word: str) -> str:
        """The word, or the one known best that is a slip away from it."""
        if word in self._words or not SLIP_FROM <= len(word) <= self._longest + 1:
            return word
        near = {one for one in variants_within_one_edit(word) if one in self._words}
        return max(near, key=lambda one: (self._words[one], one), default=word)


def _words_of(text: str) -> list[str]:
    return WORD.findall(fold_letters(text))[:MOST_WORDS]


def _telling(stems: Sequence[str]) -> Sequence[str]:
    return [one for one in stems if not is_stop_word_stem(one)] or stems


def _features_of_stem(word: str) -> Mapping[str, float]:
    """The word, and its pieces of three and four letters with its beginning and end marked."""
    found: dict[str, float] = defaultdict(float)
    found[f"w {word}"] = 1.0
    marked = f"^{word}$"
    for size in SIZES:
        for start in range(len(marked) - size + 1):
            found[f"l {marked[start : start + size]}"] += LETTERS
    return found
