"""Lint rules about wording: short and plain, without blame, platform facts in one place, open
links."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from urllib.parse import urlsplit

from helpdesk.authoring.lint.findings import LintFinding
from helpdesk.authoring.lint.lint_input import LintInput
from helpdesk.authoring.lint.locations import scalar_values
from helpdesk.authoring.lint.readability import (
    HARDEST_SENTENCE,
    HIGHEST_GRADE,
    JUDGED_FROM,
    LONGEST_SENTENCE,
    measure_difficulty,
    split_sentences,
    split_words,
)
from helpdesk.authoring.lint.structure import LISTS_OF_WORDS
from helpdesk.authoring.lint_rules import LintRule
from helpdesk.playbooks.model import Playbook, Text, texts_in

LINK = re.compile(r"(?i)\b(?:[a-z][a-z0-9+.-]*://|www\.)[^\s)\]>\"',]+")
# What makes a claim of a name: it has something, or does something, or a place in its pages or a
# number stands beside it.
CLAIM = (
    r"(?:['\u2019]s\b|\)?\s+(?:can|will|may|must|does|has|is|are|have|never|always|only|often|usually|"
    r"sometimes|\w+(?<!s)s)\b|[^?]*(?:\d|\b(?:settings|menu|button|days?|hours?|weeks?)\b))"
)
IN_BRACKETS = re.compile(r"\s*\(([^)]+)\)")


def hard_to_read_texts(material: LintInput) -> Iterator[LintFinding]:
    """L18: sentences of more than 25 words, and pages for more than eight years of school."""
    seen: set[str] = set()
    for page in material.library.playbooks:
        texts = list(texts_for_reporters(page))
        for text in texts:
            if text.id not in seen:
                seen.add(text.id)
                yield from _hard_sentences(material, text)
        grade = measure_difficulty(str(text) for text in texts).flesch_kincaid_grade
        if grade > HIGHEST_GRADE:
            hardest = max(
                texts, key=lambda text: measure_difficulty([str(text)]).flesch_kincaid_grade
            )
            yield material.finding_at(
                hardest,
                LintRule.READING_LEVEL,
                f"what reporters read on this page needs {grade:.1f} years of school, and "
                f"{HIGHEST_GRADE:.0f} is the most; write shorter sentences and words, beginning "
                "with this one, the hardest",
            )


def blaming_words(material: LintInput) -> Iterator[LintFinding]:
    """L19: words that blame a person, or that attackers use for what they do."""
    # people search in their own words, and whatever these are they find us
    own_words = {name.id for page in material.library.playbooks for name in page.also_called}
    lists = (material.words.blame, material.words.framing)
    for text in material.library.texts():
        if text.id in own_words:
            continue
        for phrase in chain(*(one.found_unless_negated(str(text)) for one in lists)):
            yield material.finding_at(
                text, LintRule.BLAME, f"not '{phrase.words}': {phrase.instead}"
            )


def platform_facts_outside_vocabulary(material: LintInput) -> Iterator[LintFinding]:
    """L20: a link, or a sentence about a named platform, in a page instead of the vocabulary."""
    names = _platform_names(material)
    for page in material.library.playbooks:
        for text in _own(material, page):
            for sentence in split_sentences(str(text)):
                found = LINK.search(sentence) or names.search(sentence)
                if found and not sentence.endswith("?"):
                    yield material.finding_at(
                        text,
                        LintRule.PLATFORM_FACTS,
                        f"'{found[0]}': what a platform does or asks, and where its forms are, "
                        "belongs in vocab/platforms.yml, with the day someone checked it",
                    )


def unsafe_links(material: LintInput) -> Iterator[LintFinding]:
    """L21: a link that is not https, or one that hides where it leads."""
    for name, file in material.files.items():
        if name in LISTS_OF_WORDS:
            continue
        for _, node in scalar_values(file):
            for link in LINK.findall(node.value) if isinstance(node.value, str) else ():
                yield from _bad_link(material, link, node.file, node.line)


def texts_for_reporters(page: Playbook) -> Iterator[Text]:
    """Every sentence of a page that a reporter reads or is told."""
    yield from (page.title, page.trigger, page.scope_limit)
    for question in page.questions:
        yield from texts_in((question.ask, question.hint or ()))
        if question.id != "platform":  # names of services are nobody's prose
            yield from texts_in(question.options)
    yield from texts_in(page.safe_now)
    yield from (step.words for step in page.steps if step.words is not None)
    yield from (end.say for end in page.ends)


def _hard_sentences(material: LintInput, text: Text) -> Iterator[LintFinding]:
    for sentence in split_sentences(str(text)):
        length, grade = (
            len(split_words(sentence)),
            measure_difficulty([sentence]).flesch_kincaid_grade,
        )
        begins = f"“{' '.join(sentence.split()[:5])} …”"
        if length > LONGEST_SENTENCE:
            yield material.finding_at(
                text,
                LintRule.READING_LEVEL,
                f"a sentence of {length} words ({begins}); make two of it: {LONGEST_SENTENCE} are "
                "the most",
            )
        elif length >= JUDGED_FROM and grade > HARDEST_SENTENCE:
            yield material.finding_at(
                text,
                LintRule.READING_LEVEL,
                f"a sentence that needs {grade:.0f} years of school ({begins}); write shorter "
                "words, as you would say it to someone who is afraid",
            )


def _own(material: LintInput, page: Playbook) -> Iterator[Text]:
    """What the page itself says in sentences; an option or an outcome may name any platform."""
    parts = (page.questions, page.safe_now, page.red_flags, page.steps, page.evidence, page.ends)
    for text in texts_in(parts):
        is_label = ".options." in text.id or ".ends_as." in text.id
        if not is_label and text.id.startswith((f"{page.id}.", "common.")):
            yield text


def _platform_names(material: LintInput) -> re.Pattern[str]:
    names = {
        name.strip()
        for platform in material.library.platforms
        if platform.slug != "other"
        for name in _names(str(platform.name))
        if len(name.strip()) > 1 and not name.startswith(("The ", "A ", "An "))
    }
    return re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(map(re.escape, names)))})(?![\w-]){CLAIM}")


def _names(name: str) -> Iterable[str]:
    return (IN_BRACKETS.sub("", name), *IN_BRACKETS.findall(name))


def _bad_link(material: LintInput, link: str, file: str, line: int) -> Iterator[LintFinding]:
    address = urlsplit(link if "://" in link else f"http://{link}")
    host = (address.hostname or "").removeprefix("www.")
    if address.scheme != "https":
        sentence = f"'{link}' is not https; write the address that begins with https://"
    elif host in material.words.shorteners:
        sentence = f"'{link}' hides where it leads; write the address that it leads to"
    else:
        return
    yield LintFinding(LintRule.LINKS, file, line, sentence)
