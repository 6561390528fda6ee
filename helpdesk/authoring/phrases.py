"""Phrases that lint rules look for, and matching them in a sentence."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

SENTENCE = re.compile(r"(?<=[.?!:;])\s+")
# A word that turns a phrase round stands shortly before it: "it is not your fault".
TURNS_ROUND = re.compile(
    r"(?i)\b(?:not|never|no|nobody|nothing|without|instead of)\b(?:\W+\w+){0,6}\W*$"
)


@dataclass(frozen=True)
class Phrase:
    """A phrase: whole words to look for, and what to write instead."""

    words: str
    instead: str
    pattern: re.Pattern[str]


class PhraseMatcher:
    """Matches a list of phrases. Most texts hold none of them, and are done with after one look."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._phrases = tuple(phrases)
        patterns = (f"(?:{phrase.pattern.pattern})" for phrase in self._phrases)
        self._any = re.compile("|".join(patterns), re.IGNORECASE)

    def found_in(self, text: str) -> Iterator[Phrase]:
        """The phrases that stand in a text."""
        if self._any.search(text):
            yield from (phrase for phrase in self._phrases if phrase.pattern.search(text))

    def found_unless_negated(self, text: str) -> Iterator[Phrase]:
        """The phrases that a text means; one that it turns round ("do not …") is not meant."""
        for phrase in self.found_in(text):
            for sentence in SENTENCE.split(text):
                found = phrase.pattern.search(sentence)
                if found and not TURNS_ROUND.search(sentence[: found.start()]):
                    yield phrase
                    break


@lru_cache(maxsize=1024)
def make_phrase_matcher(words: tuple[str, ...]) -> PhraseMatcher:
    """Make a matcher of phrases that are only looked for."""
    return PhraseMatcher(make_phrase(one) for one in words)


def make_phrase(words: str, instead: str = "") -> Phrase:
    """Make a phrase of words in small letters; * stands for any ending."""
    inner = re.escape(words.lower()).replace(r"\*", r"\w*").replace(r"\ ", r"\s+")
    shown = words.replace("*", "")
    return Phrase(shown, instead, re.compile(rf"(?<![\w-]){inner}(?![\w-])", re.IGNORECASE))
