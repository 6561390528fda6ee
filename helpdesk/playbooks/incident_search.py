"""The search on the report form: from a person's own words to kinds of incident.

Pure, and it keeps nothing: neither the words nor that anyone searched.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from helpdesk.playbooks.classifier import NaiveBayesClassifier, TrainingExample
from helpdesk.playbooks.danger_signs import DangerPhrase, phrase_as_training_text, training_weight
from helpdesk.playbooks.library import SearchPhrase
from helpdesk.playbooks.model import Playbook, Text
from helpdesk.playbooks.synonyms import SynonymFinder, SynonymGroup
from helpdesk.playbooks.word_normalization import content_stems_in

# So many are always offered: "we found nothing" is no answer to a frightened person.
FEWEST: Final = 2
USUALLY: Final = 3
MOST: Final = 5
# What is less than this far on the way from the average kind to the best is nowhere near, and a
# frightened person would tick it. Of 550 sentences that are not judged none loses the right kind.
NOWHERE_NEAR: Final = 1 / 3
# Beyond the usual, only what is nearly as likely as the best: a difference in log likelihood.
NEARLY: Final = 3.0
# "Nothing has happened, but I want advice", offered beside an arrest, reads like mockery. Of the
# same 550 sentences none means it that is clearly more like another kind.
ADVICE: Final = "advice"
# A trigger is written for responders; people use other words.
TRIGGER: Final = 0.5
COMMA: Final = re.compile("[,،;؛]")
# Who tells of two troubles tells most of one, and a sentence of the other is lost in all the words.
# So each sentence is looked at too; it says something of its own where it has so many words, and is
# so much more like one kind than like any other (a difference in log likelihood).
SENTENCE_END: Final = re.compile(r"[.!?؟…;؛\n]+")
FEWEST_WORDS: Final = 2
CLEARLY: Final = 1.5
# A text made to keep us busy is not looked at to its end.
MOST_SENTENCES: Final = 40


@dataclass(frozen=True)
class SearchHit:
    """A search hit: a kind of incident that may be meant, and the phrase on its page nearest to the
    words."""

    page: Playbook
    nearest: str


def train_classifier(
    pages: Iterable[Playbook],
    phrases: Iterable[SearchPhrase] = (),
    synonyms: Iterable[SynonymGroup] = (),
    danger_phrases: Iterable[DangerPhrase] = (),
) -> NaiveBayesClassifier:
    """Train a classifier on pages, in any number of languages, and on what people type.

    It learns the signs of danger as kinds of their own, for the detector.
    """
    examples = [TrainingExample(one.kind, one.text) for one in phrases]
    for page in pages:
        examples += [TrainingExample(page.id, said) for said in _phrases(page)]
        examples.append(TrainingExample(page.id, str(page.trigger), TRIGGER))
    examples += [
        TrainingExample(one.sign, phrase_as_training_text(one), training_weight(one))
        for one in danger_phrases
    ]
    return NaiveBayesClassifier(examples, SynonymFinder(synonyms))


class IncidentSearch:
    """The search for kinds of incident in the language shown, by a classifier that knows every
    language."""

    def __init__(
        self,
        shown: Sequence[Playbook],
        also: Iterable[Playbook] = (),
        *,
        classifier: NaiveBayesClassifier,
    ) -> None:
        """`also`: the same pages in another language, whose phrases may be the nearest too."""
        self._shown = {page.id: page for page in shown}
        self._order = {kind: place for place, kind in enumerate(self._shown)}
        self._said: dict[str, list[str]] = {kind: [] for kind in self._shown}
        for page in (*shown, *(page for page in also if page.id in self._shown)):
            self._said[page.id] += _phrases(page)
        self._classifier = classifier

    def find(self, words: str) -> tuple[SearchHit, ...]:
        """Two to five kinds of incident, the likeliest first; none only if no word was typed."""
        asked = frozenset(content_stems_in(words))
        if not asked or not self._shown:
            return ()
        scores = self._classifier.scores(words)
        order = sorted(self._shown, key=lambda kind: (-scores.get(kind, 0.0), self._order[kind]))
        ranked = [(kind, scores.get(kind, 0.0)) for kind in order]
        kinds = _likeliest(ranked) if scores else order[:USUALLY]
        own = [kind for kind in self._said_in_sentences(words) if kind not in kinds]
        kinds = [*kinds[:1], *own, *kinds[1:]][:MOST]
        return tuple(SearchHit(self._shown[kind], self._nearest(kind, asked)) for kind in kinds)

    def _said_in_sentences(self, words: str) -> list[str]:
        """The kinds of which a sentence of a longer text speaks clearly, the clearest first."""
        sentences = [one for one in SENTENCE_END.split(words) if one.strip()][:MOST_SENTENCES]
        clearest: dict[str, float] = {}
        for sentence in sentences if len(sentences) > 1 else ():
            if len({*content_stems_in(sentence)}) < FEWEST_WORDS:
                continue
            scores = self._classifier.scores(sentence)
            ranked = sorted((-scores.get(kind, 0.0), kind) for kind in self._shown)
            if not scores or len(ranked) < FEWEST:
                continue
            (best, kind), (second, _) = ranked[:2]
            if second - best >= CLEARLY and kind != ADVICE:
                clearest[kind] = max(clearest.get(kind, 0.0), second - best)
        return sorted(clearest, key=lambda kind: -clearest[kind])

    def _nearest(self, kind: str, asked: frozenset[str]) -> str:
        """The phrase of a page that shares most of its stems with what was typed."""

        def shared(said: str) -> float:
            have = _stems(said)
            return len(asked & have) / (len(have) + 1)

        return max(self._said[kind], key=shared)


def _likeliest(ranked: Sequence[tuple[str, float]]) -> list[str]:
    """Those of the ranked kinds that are offered: the fewest, and what is near the best."""
    best = ranked[0][1]
    average = sum(score for _, score in ranked) / len(ranked)
    far = average + NOWHERE_NEAR * (best - average)
    meant = [one for one in ranked if one[0] != ADVICE or best - one[1] <= NEARLY]
    return [
        kind
        for place, (kind, score) in enumerate(meant[:MOST])
        if place < FEWEST or (score >= far if place < USUALLY else best - score <= NEARLY)
    ]


@lru_cache(maxsize=16_384)
def _stems(said: str) -> frozenset[str]:
    return frozenset(content_stems_in(said))


def _phrases(page: Playbook) -> Iterator[str]:
    """How people say it, by the page itself. The title comes last: any phrase beats it."""
    # where one language has several words, a translation lists them, with commas between
    yield from (one for text in page.also_called for one in alternative_phrases(text))
    yield str(page.title)


def alternative_phrases(text: Text) -> list[str]:
    """The alternative phrases that one entry lists."""
    return [one.strip() for one in COMMA.split(str(text)) if one.strip()]
