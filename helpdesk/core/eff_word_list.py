"""The EFF's long word list, of which passphrases are made, and so were older return codes.

A code of before, ten of these words, opens its mailbox as it always did.
"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final

from helpdesk.core.edit_distance import closest_word_index

# The list has both yo-yo and yoyo, which are one word without the hyphen.
INSTEAD: Final = {"yo-yo": "yowl"}
WORDS_OF_BEFORE: Final = 10
POSSIBLE_CODES: Final = 7776**WORDS_OF_BEFORE


@cache
def word_list() -> tuple[str, ...]:
    """The 7,776 words of the EFF's long list, hyphens taken out so that they type plainly."""
    lines = (files("diceware") / "wordlists" / "wordlist_en_eff.txt").read_text().split("\n")
    written = (line.split("\t")[1] for line in lines if "\t" in line)
    words = tuple(INSTEAD.get(word, word.replace("-", "")) for word in written)
    if len(set(words)) != 7776:
        raise RuntimeError("The word list is not the one that codes are made with.")
    return words


@cache
def _word_numbers() -> dict[str, int]:
    return {word: number for number, word in enumerate(word_list())}


@cache
def _longest() -> int:
    return max(map(len, word_list()))


def number_to_words(number: int) -> tuple[str, ...]:
    """An older code's number as its ten words."""
    words = list[str]()
    for _ in range(WORDS_OF_BEFORE):
        number, last = divmod(number, len(word_list()))
        words.append(word_list()[last])
    return tuple(reversed(words))


def find_old_codes_in_words(words: list[str]) -> Iterator[int]:
    """Find older codes, of ten words of the long list, in typed words."""
    places = [closest_word_index(word, _word_numbers(), _longest()) for word in words]
    for start in range(len(places) - WORDS_OF_BEFORE + 1):
        row = places[start : start + WORDS_OF_BEFORE]
        number = 0
        for place in row:
            if place is None:
                break
            number = number * len(word_list()) + place
        else:
            yield number


def longest_run_of_words(words: list[str]) -> int:
    """How many words of the list stand one after the other, at most."""
    longest = row = 0
    for word in words:
        row = row + 1 if word in _word_numbers() else 0
        longest = max(longest, row)
    return longest
