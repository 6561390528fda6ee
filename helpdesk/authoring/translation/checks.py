"""Checks of a translation: it keeps every placeholder, every link, and no other markup."""

import re
from collections import Counter
from collections.abc import Iterator

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
FORMATTED = re.compile(r"%\(\w+\)[sd]|%%")
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
ADDRESS = re.compile(r"(?i)\b(?:https?://|www\.)[^\s)]+")
BOLD = re.compile(r"\*\*[^*]+\*\*")
# Characters nobody sees, with which a sentence can be made to read backwards or hide a word.
UNSEEN = re.compile("[\u0000-\u001f\u007f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
FORBIDDEN = {
    re.compile(r"<[A-Za-z/!]"): "an HTML tag",
    re.compile(r"&(?:#\w+|[A-Za-z]+);"): "an HTML entity",
    re.compile(r"`"): "a backtick",
    re.compile(r"!\["): "a picture",
    re.compile(r"^#+ "): "a heading",
}


def find_translation_faults(source: str, said: str) -> Iterator[str]:
    """Find what is wrong with a translation, a sentence each."""
    if Counter(PLACEHOLDER.findall(source)) != Counter(PLACEHOLDER.findall(said)):
        wanted = ", ".join(sorted(set(PLACEHOLDER.findall(source)))) or "none"
        yield f"the placeholders must be the same as in the source: {wanted}"
    if Counter(_addresses(source)) != Counter(_addresses(said)):
        yield "the addresses of links must be the same as in the source"
    for pattern, name in FORBIDDEN.items():
        if pattern.search(said) and not pattern.search(source):
            yield f"{name} is in it; only bold (**like this**), lists and links are allowed"
    if "*" in BOLD.sub("", said) and "*" not in BOLD.sub("", source):
        yield "there is a single star; bold is written **like this**"
    if UNSEEN.search(said):
        code = f"U+{ord(UNSEEN.search(said)[0]):04X}"  # type: ignore[index]  # it was just found
        yield f"there is an invisible character in it ({code})"


def find_page_translation_faults(source: str, said: str) -> Iterator[str]:
    """Find what is wrong with a translation of a sentence of the pages. Each is formatted, so that
    a percent sign alone would fail the whole page, and some stand in an attribute, which a straight
    quote would end."""
    yield from find_translation_faults(source, said)
    if _stands_alone(said) and not _stands_alone(source):
        yield "a percent sign stands alone; in words, write it out, or as %%"
    if '"' in said and '"' not in source:
        yield "there is a straight quote in it; use those of your language"


def _stands_alone(text: str) -> bool:
    return "%" in FORMATTED.sub("", text)


def _addresses(text: str) -> list[str]:
    return [*LINK.findall(text), *ADDRESS.findall(LINK.sub("", text))]
