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
FEWEST: Final = 3
MOST: Final = 5
# Beyond the fewest, only what is nearly as likely as the best: a difference in log likelihood.
NEARLY: Final = 3.0
# A trigger is written for responders; people use other words.
TRIGGER: Final = 0.5
COMMA: Final = re.compile("[,،;؛]")


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
        """Three to five kinds of incident, the likeliest first; none only if no word was typed."""
        asked = frozenset(content_stems_in(words))
        if not asked:
            return ()
        scores = self._classifier.scores(words)
        order = sorted(self._shown, key=lambda kind: (-scores.get(kind, 0.0), self._order[kind]))
        best = scores.get(order[0], 0.0) if order else 0.0
        kinds = [
            kind
            for place, kind in enumerate(order[:MOST])
            if place < FEWEST or (scores and best - scores.get(kind, 0.0) <= NEARLY)
        ]
        return tuple(SearchHit(self._shown[kind], self._nearest(kind, asked)) for kind in kinds)

    def _nearest(self, kind: str, asked: frozenset[str]) -> str:
        """The phrase of a page that shares most of its stems with what was typed."""

        def shared(said: str) -> float:
            have = _stems(said)
            return len(asked & have) / (len(have) + 1)

        return max(self._said[kind], key=shared)


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
