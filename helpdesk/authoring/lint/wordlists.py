"""vocab/words.yml: the words that rules look for, and how they are found in a sentence."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from helpdesk.authoring.source import Fields, Node

SENTENCE = re.compile(r"(?<=[.?!:;])\s+")
# A word that turns a phrase round stands shortly before it: "it is not your fault".
TURNS_ROUND = re.compile(
    r"(?i)\b(?:not|never|no|nobody|nothing|without|instead of)\b(?:\W+\w+){0,6}\W*$"
)


@dataclass(frozen=True)
class Phrase:
    """Whole words to look for, and what to write instead."""

    words: str
    instead: str
    pattern: re.Pattern[str]


class Phrases:
    """A list of phrases. Most texts hold none of them, and are done with after one look."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._phrases = tuple(phrases)
        patterns = (f"(?:{phrase.pattern.pattern})" for phrase in self._phrases)
        self._any = re.compile("|".join(patterns), re.IGNORECASE)

    def said(self, text: str) -> Iterator[Phrase]:
        """The phrases that stand in a text."""
        if self._any.search(text):
            yield from (phrase for phrase in self._phrases if phrase.pattern.search(text))

    def meant(self, text: str) -> Iterator[Phrase]:
        """The phrases that a text means; one that it turns round ("do not …") is not meant."""
        for phrase in self.said(text):
            for sentence in SENTENCE.split(text):
                found = phrase.pattern.search(sentence)
                if found and not TURNS_ROUND.search(sentence[: found.start()]):
                    yield phrase
                    break


@dataclass(frozen=True)
class Words:
    """All lists."""

    stubs: Phrases
    risky: Phrases
    blame: Phrases
    framing: Phrases
    intimate: Phrases
    asks_for_pictures: Phrases
    open: Phrases
    claims: Phrases
    speaks: Phrases
    shorteners: tuple[str, ...]


def read_words(file: Node) -> Words:
    """The lists of the file."""
    page = file.fields(
        "schema stubs risky blame framing intimate asks_for_pictures open claims speaks shorteners"
    )
    if page["schema"].text() != "words/1":
        page["schema"].refuse("this reader knows words/1")
    return Words(
        stubs=_list(page, "stubs"),
        risky=_list(page, "risky"),
        blame=_with_advice(page["blame"]),
        framing=_with_advice(page["framing"]),
        intimate=_list(page, "intimate"),
        asks_for_pictures=_list(page, "asks_for_pictures"),
        open=_list(page, "open"),
        claims=_list(page, "claims"),
        speaks=_list(page, "speaks"),
        shorteners=page.list_of("shorteners", Node.text),
    )


def _list(page: Fields, key: str) -> Phrases:
    return Phrases(page.list_of(key, lambda item: _phrase(item.text(), "")))


def _with_advice(node: Node) -> Phrases:
    return Phrases(_phrase(words, instead.text()) for words, instead in node.pairs().items())


def _phrase(words: str, instead: str) -> Phrase:
    inner = re.escape(words.lower()).replace(r"\*", r"\w*").replace(r"\ ", r"\s+")
    shown = words.replace("*", "")
    return Phrase(shown, instead, re.compile(rf"(?<![\w-]){inner}(?![\w-])", re.IGNORECASE))
