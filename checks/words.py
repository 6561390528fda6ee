"""Does any sentence for people use a word, or an apostrophe, that docs/words.md says we do not use?

The page is the list: the second column holds what is not written, the third what is fine all the
same. Files that are still to be rewritten are in words_not_yet.txt; that list only gets shorter.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from checks.sentences import Sentence, phrases_shown, sentences, translations

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "words.md"
NOT_YET = Path(__file__).with_name("words_not_yet.txt")
COLUMNS = 4
_QUOTED = re.compile(r"`([^`]+)`")
# A comment of a template, a path or an address is no sentence.
_NO_SENTENCE = re.compile(r"[\w.-]+/[\w./-]+|\S+@\S+")
# Within a word, or behind one in s, but for where such signs quote a name.
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")
_OF_SEVERAL = re.compile(r"[^\W\d_]+s'(?=\s)")
# French writes these signs apart, and no line may begin with one.
_APART = re.compile(r"\S [;:?!»]|« ")
_QUOTE = re.compile(r"(?<!\w)'(?=\w)")
# A hyphen at which a line may break: "e-" would end one, and "mail" begin the next.
_TORN_WORD = re.compile(r"\be-mail", re.IGNORECASE)
_WRITE_E_MAIL = ("/fr/", "/pt/")


@dataclass(frozen=True)
class Rule:
    """What to write, and the words that it replaces."""

    write: str
    refused: re.Pattern[str]
    fine: re.Pattern[str] | None

    def found_in(self, text: str) -> str | None:
        """The word that is not used, as it was written; none where every use is fine."""
        if self.fine is not None:
            text = self.fine.sub("", text)
        found = self.refused.search(text)
        return found[0] if found else None


def main() -> int:
    rules = tuple(rules_of(PAGE.read_text()))
    later = set(NOT_YET.read_text().split())
    torn = chain(torn_signs(ROOT), torn_words(ROOT))
    refused = refusals(rules, sentences(ROOT)), straight_apostrophes(ROOT), torn
    found = dict.fromkeys(chain(*refused))
    for one in found:
        if one[0] not in later:
            sys.stderr.write(": ".join(one) + "\n")
    for name in sorted(later - {one[0] for one in found}):
        sys.stderr.write(f"{name} is clean now; take it out of checks/words_not_yet.txt\n")
    return 1 if {one[0] for one in found} - later else 0


def rules_of(page: str) -> Iterator[Rule]:
    """The rows of the tables on the page."""
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|") or len(cells) != COLUMNS:
            continue
        refused, fine = (_QUOTED.findall(cell) for cell in cells[1:3])
        if refused:
            yield Rule(cells[0], pattern(refused), pattern(fine) if fine else None)


def pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Whole words, in any case; a star stands for any ending."""
    each = (re.escape(word).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for word in words)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(each)})(?![\w-])", re.IGNORECASE)


def refusals(rules: tuple[Rule, ...], texts: Iterable[Sentence]) -> Iterator[tuple[str, str, str]]:
    """The file, the sentence, and what to write instead."""
    for sentence in texts:
        text = _NO_SENTENCE.sub(" ", sentence.text)
        for rule in rules:
            word = rule.found_in(text)
            if word is not None:
                yield sentence.file, f"“{sentence.text}”", f"not “{word}” but {rule.write}"


def straight_apostrophes(root: Path) -> Iterator[tuple[str, str, str]]:
    """The file, the sentence, and what to write instead; in every language."""
    for sentence in chain(sentences(root), phrases_shown(root), translations(root)):
        if has_straight_apostrophe(_NO_SENTENCE.sub(" ", sentence.text)):
            yield sentence.file, f"“{sentence.text}”", "not “'” but ’"


def torn_signs(root: Path) -> Iterator[tuple[str, str, str]]:
    """Where French has a blank that may break before a sign, or behind one that opens."""
    for sentence in translations(root):
        if "/fr/" in sentence.file and _APART.search(sentence.text):
            yield sentence.file, f"“{sentence.text}”", "before ; : ? ! » the blank is U+00A0"


def torn_words(root: Path) -> Iterator[tuple[str, str, str]]:
    """Where a line may break within a word that French and Portuguese write with a hyphen."""
    for sentence in translations(root):
        writes_it = any(part in sentence.file for part in _WRITE_E_MAIL)
        if writes_it and _TORN_WORD.search(sentence.text):
            yield sentence.file, f"“{sentence.text}”", "the hyphen of e-mail is U+2011"


def has_straight_apostrophe(text: str) -> bool:
    """Whether an apostrophe is the sign of typewriters. Text that quotes is judged within words."""
    of_several = _OF_SEVERAL.search(text) and not _QUOTE.search(text)
    return bool(_APOSTROPHE.search(text) or of_several)


if __name__ == "__main__":
    sys.exit(main())
