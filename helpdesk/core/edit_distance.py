"""Words within one edit of another: one letter too few, too many, wrong, or two of them swapped."""

from collections.abc import Iterator, Mapping
from string import ascii_lowercase


def variants_within_one_edit(word: str) -> Iterator[str]:
    """Every spelling within one edit of a typed word, some of it twice."""
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        for letter in ascii_lowercase:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]


def closest_word_index(typed: str, places: Mapping[str, int], longest: int) -> int | None:
    """The index of the word that was typed, or of the only one that is one edit away; `longest` is
    the length of the longest word."""
    place = places.get(typed)
    if place is not None or len(typed) > longest + 1:
        return place
    meant = {places[word] for word in variants_within_one_edit(typed) if word in places}
    return meant.pop() if len(meant) == 1 else None
