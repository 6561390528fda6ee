"""Signs of despair, violence or someone at the door in what a person types, in any language.

They bring help to the eye at once, beside the way on, and decide nothing: no level follows from
them. So a sign too many costs a glance, and one too few costs more. Pure, and it keeps nothing.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from helpdesk.playbooks.conditions import Context
from helpdesk.playbooks.word_index import WordIndex
from helpdesk.playbooks.word_normalization import LONGEST, WORD, fold_letters, stem, without_affixes

# Words that people put between the words of a phrase: "he *always* hits me".
BETWEEN: Final = 2
# In a phrase: what one word may be, and a word with any ending.
OR: Final = "/"
ANY_ENDING: Final = "*"
# Before a word: it comes right after the one before, or must not come right after it. As a word:
# here a sentence ends. "I'm 16" is an age, "I'm 16 minutes away" is none.
NEXT: Final = "+"
NOT_NEXT: Final = "-"
SENTENCE_END: Final = "."
LISTED: Final = 0.3
ENDS_SENTENCE: Final = re.compile(r"\s*(?:$|[.,;:!?()\"”»،؛؟])")
# An age and what is written together with it: 16yo, 16ans.
AGE: Final = re.compile(r"^(\d\d)(?=[^\W\d]{2})")
# A text made to keep us busy is not read to its end.
MOST_READ: Final = 10_000


class DangerSign(StrEnum):
    """The signs of danger, the most pressing first."""

    DOOR = "door"
    DESPAIR = "despair"
    HOME = "home"
    CHILD = "child"


# What shows a sign as plainly as words do: that the person in the pictures is under 18.
ANSWERS: Final = {("img_age", "yes"): DangerSign.CHILD}


def signs_in_answers(answers: Context) -> tuple[DangerSign, ...]:
    """The signs that answers show, whatever the words said."""
    return tuple(
        sign for (question, said), sign in ANSWERS.items() if answers.get(question) == said
    )


@dataclass(frozen=True)
class DangerPhrase:
    """A phrase that points to a danger, in one language."""

    sign: DangerSign
    language: str
    text: str


def phrase_as_training_text(phrase: DangerPhrase) -> str:
    """A phrase as plain words, all ways of saying it after one another.

    Without numbers: "15 accounts" is like no age.
    """
    words = (word for word in phrase.text.split() if not word.startswith(NOT_NEXT))
    return re.sub(r"[/*+.\d]+", " ", " ".join(words))


def training_weight(phrase: DangerPhrase) -> float:
    """The weight of a phrase in training: what lists several ways is nobody's sentence."""
    return LISTED if {OR, ANY_ENDING, NEXT} & {*phrase.text} else 1.0


class DangerPhraseMatcher:
    """Finds phrases that point to danger in texts."""

    def __init__(self, phrases: Iterable[DangerPhrase]) -> None:
        self._index: WordIndex[_Phrase] = WordIndex()
        for one in phrases:
            words = tuple(_ways_of(piece) for piece in one.text.split())
            phrase = _Phrase(one.sign, words)
            for way in words[0].whole:
                self._index.add(way, phrase, any_ending=False)
            for beginning in words[0].beginnings:
                self._index.add(beginning, phrase, any_ending=True)

    def signs_in(self, text: str) -> tuple[DangerSign, ...]:
        """The signs that a text shows, whatever language it is in, the most pressing first."""
        words = _words_of(text[:MOST_READ])
        shown: set[DangerSign] = set()
        for place, word in enumerate(words):
            shown.update(
                one.sign
                for one in self._index.phrases_that_may_begin(word.stem, word.root)
                if one.sign not in shown and one.is_at(words, place)
            )
        return tuple(sign for sign in DangerSign if sign in shown)


class _Word(NamedTuple):
    """A word of a text: as it was typed but for accents, and what its forms have in common."""

    root: str
    stem: str
    ends_sentence: bool


class _Ways(NamedTuple):
    """What one word of a phrase may be: some whole words, and some that may end in any way."""

    whole: frozenset[str]
    beginnings: tuple[str, ...]
    where: str
    may_be_end: bool

    @property
    def farthest(self) -> int:
        """How many words on it may be, counted from the one before."""
        return 1 if self.where else BETWEEN + 1

    def take_in(self, word: _Word) -> bool:
        return word.stem in self.whole or word.root.startswith(self.beginnings)


class _Phrase(NamedTuple):
    """The words of a phrase, which come one after the other with few between them."""

    sign: DangerSign
    words: tuple[_Ways, ...]

    def is_at(self, words: Sequence[_Word], place: int) -> bool:
        """Whether its other words follow the first one, which is there."""
        for wanted in self.words[1:]:
            ends = words[place].ends_sentence
            near = range(place + 1, min(place + wanted.farthest + 1, len(words)))
            found = next((there for there in near if wanted.take_in(words[there])), None)
            if wanted.where == NOT_NEXT:
                if found is not None and not ends:
                    return False
            elif not (ends and wanted.may_be_end):
                if found is None:
                    return False
                place = found
        return True


def _ways_of(piece: str) -> _Ways:
    where = piece[0] if piece[0] in (NEXT, NOT_NEXT) else ""
    piece = piece.removeprefix(where)
    ways = [(way, word) for way in piece.split(OR) for word in WORD.findall(fold_letters(way))]
    return _Ways(
        frozenset(stem(word) for way, word in ways if not way.endswith(ANY_ENDING)),
        tuple(without_affixes(word) for way, word in ways if way.endswith(ANY_ENDING)),
        where,
        SENTENCE_END in piece.split(OR),
    )


def _words_of(text: str) -> list[_Word]:
    """All words, the small ones too: who is hit is in them."""
    return [one for piece in _short(text) for one in _words_of_piece(fold_letters(piece))]


def _words_of_piece(folded: str) -> Iterator[_Word]:
    for found in WORD.finditer(folded):
        *before, last = filter(None, AGE.split(found.group()))
        for word in before:
            yield _Word(without_affixes(word), stem(word), ends_sentence=False)
        ends = ENDS_SENTENCE.match(folded, found.end()) is not None
        yield _Word(without_affixes(last), stem(last), ends)


def _short(text: str) -> Iterator[str]:
    """A long text in pieces that `folded` takes whole."""
    piece = ""
    for word in text.split():
        if piece and len(piece) + len(word) >= LONGEST:
            yield piece
            piece = ""
        piece = f"{piece} {word}"
    if piece:
        yield piece
