"""Edit distance: a word with one letter too few, too many, wrong, or two of them swapped."""

from collections.abc import Iterator
from string import ascii_lowercase


def within_one_edit(word: str) -> Iterator[str]:
    """Everything that somebody may have meant who wrote this and slipped once, some of it twice."""
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
