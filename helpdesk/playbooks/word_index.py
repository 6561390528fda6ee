"""An index of phrases by their first word: a text is compared with those alone that could begin
there."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Generic, TypeVar

Phrase = TypeVar("Phrase")


class WordIndex(Generic[Phrase]):
    """An index of phrases that begin with a whole word, or with one that may end in any way.
    Pure."""

    def __init__(self) -> None:
        self._whole: dict[str, list[Phrase]] = defaultdict(list)
        self._beginnings: dict[str, list[Phrase]] = defaultdict(list)
        self._lengths: tuple[int, ...] = ()

    def add(self, first: str, phrase: Phrase, *, any_ending: bool) -> None:
        (self._beginnings if any_ending else self._whole)[first].append(phrase)
        if any_ending and len(first) not in self._lengths:
            self._lengths = tuple(sorted((*self._lengths, len(first))))

    def phrases_that_may_begin(self, whole: str, root: str) -> Iterator[Phrase]:
        """Those of which a word of a text may be the first: `whole` as whole words are kept, and
        `root` with its ending."""
        yield from self._whole.get(whole, ())
        for length in self._lengths:
            if length > len(root):
                break
            yield from self._beginnings.get(root[:length], ())
