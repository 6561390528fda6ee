"""Detecting in a person's words a danger that cannot wait: by phrases, and by what they most
resemble.

People have more words for despair than any list. So the classifier of the search has learnt the
signs of danger beside the kinds of incident, and where a sign is likelier, it counts as seen. Pure.
"""

from collections.abc import Iterable
from typing import Final

from helpdesk.playbooks.classifier import NaiveBayesClassifier
from helpdesk.playbooks.danger_signs import DangerPhrase, DangerPhraseMatcher, DangerSign
from helpdesk.playbooks.word_normalization import content_stems_in

# A sign too many costs a glance, one too few costs more: it may be a little less likely.
# Log likelihoods; measured on sentences that were not learnt (docs: playbooks/README.md).
SLACK: Final = 2.0
# Kinds of incident that share many words with danger, and may be one.
NEAR_DANGER: Final = frozenset(
    {
        "arrest-detention",
        "device-lost-seized",
        "doxing",
        "harassment-threats",
        "intimate-images",
    }
)
NEAR_SLACK: Final = 4.0
# "They took it this morning" says too little to be like anything.
FEWEST_WORDS: Final = 3


class DangerDetector:
    """Finds the signs of danger in a text; keeps nothing of it."""

    def __init__(self, phrases: Iterable[DangerPhrase], classifier: NaiveBayesClassifier) -> None:
        self._phrases = DangerPhraseMatcher(phrases)
        self._classifier = classifier

    def signs_in(self, text: str) -> tuple[DangerSign, ...]:
        """The signs that a text shows, in any language, the most pressing first."""
        shown = {*self._phrases.signs_in(text)}
        # whoever is young and fears what parents will learn sounds like somebody who is beaten
        unlike = {DangerSign.HOME} if DangerSign.CHILD in shown else set[DangerSign]()
        shown |= {*self._resembled(text)} - unlike
        return tuple(sign for sign in DangerSign if sign in shown)

    def _resembled(self, text: str) -> Iterable[DangerSign]:
        """The sign that the beginning of a text is more like than any ordinary trouble."""
        if len(content_stems_in(text)) < FEWEST_WORDS:
            return ()
        scores = dict(self._classifier.scores(text))
        signs = {sign: scores.pop(sign) for sign in DangerSign if sign in scores}
        if not signs or not scores:
            return ()
        likeliest = max(signs, key=lambda sign: signs[sign])
        beyond = all(
            signs[likeliest] > score - (NEAR_SLACK if kind in NEAR_DANGER else SLACK)
            for kind, score in scores.items()
        )
        return (likeliest,) if beyond else ()
