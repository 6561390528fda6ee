"""Readability of a text: the Flesch-Kincaid grade, counted here.

Libraries for this bring a pronouncing dictionary that has to be downloaded, or count where a word
may be hyphenated, which is not where it is spoken. English is regular enough for a rule of thumb.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_SENTENCE = 25
HIGHEST_GRADE = 8.0
# One sentence may be harder than the page, if it is long enough to be judged at all.
HARDEST_SENTENCE = 12.0
JUDGED_FROM = 6

WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*|\d+")
ENDS = re.compile(r"(?<=[.?!])[\"'\u201d\u2019)]*\s+")
VOWELS = re.compile(r"[aeiouy]+")
# A last e is silent (phone, but not people or table), so is that of most endings (locked, phones),
# and one inside where an ending or another word follows (safely, movement, something).
SILENT = re.compile(
    r"[^aeiouyl]e$|[aeiouy]le$|[aeiou]{2}gues?$|[^aeiouytd]ed$|[^aeioucgszxhl]es$|[aeiouy]les$"
    r"|[^aeiouy]e(?=ly|ful|ment|less)|some(?=where|time|thing|body)"
)
# Two vowels that are spoken apart: media, being, going, quiet, usual, create, video, science, idea.
APART = re.compile(r"(?<![cstgx])i[ao]|eing|[aou]ing|iet|[^gq]ua[lt]|crea|ideo|scie|[dr]ea$")


@dataclass(frozen=True)
class TextDifficulty:
    """The difficulty of a text: sentences, words and syllables that were counted."""

    sentences: int
    words: int
    syllables: int

    @property
    def flesch_kincaid_grade(self) -> float:
        """The years of school that reading it takes, by Flesch and Kincaid."""
        if not self.words:
            return 0.0
        a_sentence, a_word = self.words / self.sentences, self.syllables / self.words
        return 0.39 * a_sentence + 11.8 * a_word - 15.59


def split_sentences(text: str) -> list[str]:
    """Split a text into sentences."""
    return [one for one in ENDS.split(text.strip()) if WORD.search(one)]


def split_words(sentence: str) -> list[str]:
    """Split a sentence into words."""
    return WORD.findall(sentence)


def measure_difficulty(texts: Iterable[str]) -> TextDifficulty:
    """Measure how difficult some texts are together."""
    told = [sentence for text in texts for sentence in split_sentences(text)]
    spoken = [word for sentence in told for word in split_words(sentence)]
    return TextDifficulty(len(told), len(spoken), sum(count_syllables(word) for word in spoken))


def count_syllables(word: str) -> int:
    """Count the syllables of an English word, near enough."""
    plain = re.sub(r"[^a-z]", "", word.lower())
    if not plain:
        return 1
    count = len(VOWELS.findall(plain)) + len(APART.findall(plain)) - len(SILENT.findall(plain))
    return max(count, 1)
