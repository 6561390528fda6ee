"""Synonyms, words that mean the same in every language: the search reads meanings beside words.

So what was learnt from one person's words serves whoever says it in others. Pure.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from helpdesk.playbooks.word_index import WordIndex
from helpdesk.playbooks.word_normalization import WORD, fold_letters, without_affixes

ANY_ENDING: Final = "*"


@dataclass(frozen=True)
class SynonymGroup:
    """A synonym group: what people of one language say when they mean the same."""

    meaning: str
    language: str
    texts: tuple[str, ...]


class _Word(NamedTuple):
    said: str
    has_endings: bool

    def is_in(self, word: str) -> bool:
        return word.startswith(self.said) if self.has_endings else word == self.said


class _Synonym(NamedTuple):
    words: tuple[_Word, ...]
    meaning: str

    def goes_on(self, words: Sequence[str], place: int) -> bool:
        """Whether its other words follow the first one, which is there."""
        if len(self.words) == 1:
            return True
        there = words[place + 1 : place + len(self.words)]
        return len(there) == len(self.words) - 1 and all(
            wanted.is_in(word) for wanted, word in zip(self.words[1:], there, strict=True)
        )


class SynonymFinder:
    """Finds the meanings of synonyms in a text, whatever language it is in."""

    def __init__(self, groups: Iterable[SynonymGroup] = ()) -> None:
        self._index: WordIndex[_Synonym] = WordIndex()
        for group in groups:
            for text in group.texts:
                words = tuple(_words_of(text))
                synonym = _Synonym(words, group.meaning)
                self._index.add(words[0].said, synonym, any_ending=words[0].has_endings)

    def meanings_in(self, words: Sequence[str]) -> Mapping[str, int]:
        """How many of the folded words, or places where several begin, have which meaning."""
        roots = [without_affixes(word) for word in words]
        found: Counter[str] = Counter()
        for place, word in enumerate(roots):
            begun = self._index.phrases_that_may_begin(word, word)
            found.update({one.meaning for one in begun if one.goes_on(roots, place)})
        return found


def _words_of(text: str) -> Iterator[_Word]:
    for piece in text.split():
        words = WORD.findall(fold_letters(piece))
        for place, word in enumerate(words, start=1):
            yield _Word(without_affixes(word), place == len(words) and piece.endswith(ANY_ENDING))
