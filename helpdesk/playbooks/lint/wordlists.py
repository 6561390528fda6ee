"""vocab/words.yml: the words that rules look for, and how they are found in a sentence."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from helpdesk.playbooks.source import Fields, Piece

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


@dataclass(frozen=True)
class Words:
    """All lists."""

    stubs: tuple[Phrase, ...]
    risky: tuple[Phrase, ...]
    blame: tuple[Phrase, ...]
    framing: tuple[Phrase, ...]
    intimate: tuple[Phrase, ...]
    asks_for_pictures: tuple[Phrase, ...]
    shorteners: tuple[str, ...]


def read_words(file: Piece) -> Words:
    """The lists of the file."""
    page = file.fields("schema stubs risky blame framing intimate asks_for_pictures shorteners")
    if page["schema"].text() != "words/1":
        page["schema"].refuse("this reader knows words/1")
    return Words(
        stubs=_list(page, "stubs"),
        risky=_list(page, "risky"),
        blame=_with_advice(page["blame"]),
        framing=_with_advice(page["framing"]),
        intimate=_list(page, "intimate"),
        asks_for_pictures=_list(page, "asks_for_pictures"),
        shorteners=page.list_of("shorteners", Piece.text),
    )


def said(phrases: Iterable[Phrase], text: str) -> Iterator[Phrase]:
    """The phrases that stand in a text."""
    return (phrase for phrase in phrases if phrase.pattern.search(text))


def meant(phrases: Iterable[Phrase], text: str) -> Iterator[Phrase]:
    """The phrases that a text means; one that it turns round ("do not …") is not meant."""
    sentences = SENTENCE.split(text)
    for phrase in phrases:
        for sentence in sentences:
            found = phrase.pattern.search(sentence)
            if found and not TURNS_ROUND.search(sentence[: found.start()]):
                yield phrase
                break


def _list(page: Fields, key: str) -> tuple[Phrase, ...]:
    return page.list_of(key, lambda item: _phrase(item.text(), ""))


def _with_advice(piece: Piece) -> tuple[Phrase, ...]:
    return tuple(_phrase(words, instead.text()) for words, instead in piece.pairs().items())


def _phrase(words: str, instead: str) -> Phrase:
    inner = re.escape(words.lower()).replace(r"\*", r"\w*").replace(r"\ ", r"\s+")
    return Phrase(words, instead, re.compile(rf"(?i)(?<![\w-]){inner}(?![\w-])"))
