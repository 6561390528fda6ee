"""Translation files as they lie in playbooks/i18n/<language>/<part>.yml."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

from helpdesk.authoring.source import Node, read_yaml_file

SCHEMA = "i18n/1"
I18N = "i18n"
BLANKS = re.compile(r"[ \t\r\n]+")
HASH_LENGTH = 10
# Parts that belong to no single kind of trouble; every other part has the name of its page.
SHARED_PARTS = ("collection", "common", "triage", "vocab")


@dataclass(frozen=True)
class TranslatedSentence:
    """A translated sentence, and the fingerprint of the source it was made from.

    A draft is what a machine made and nobody who reads the language has looked at.
    """

    text: str
    of: str
    is_draft: bool = False

    def is_fresh(self, source: str) -> bool:
        """Whether the source still reads as it did when this was made."""
        return self.of == source_fingerprint(source)


@dataclass(frozen=True)
class TranslationReview:
    """The review of a translation: who of those who speak the language has read a part, and
    when."""

    by: tuple[str, ...]
    on: date


@dataclass(frozen=True)
class TranslationFile:
    """A translation file: of one kind of trouble, or of something that all of them share."""

    id: str
    language: str
    texts: Mapping[str, TranslatedSentence] = field(default_factory=dict)
    reviewed: TranslationReview | None = None


@lru_cache(maxsize=4096)
def source_fingerprint(text: str) -> str:
    """The fingerprint of a source sentence, a short hash: it changes when a word does."""
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]


def collapse_whitespace(words: str) -> str:
    """Collapse whitespace: line ends and runs of blanks become one blank; one that must not break
    (French) stays."""
    return BLANKS.sub(" ", words).strip(" ")


def part_name_of(text_id: str) -> str:
    """The name of the part that a sentence belongs to, by its id."""
    return text_id.partition(".")[0]


def read_translation_files(folder: Path, language: str) -> dict[str, TranslationFile]:
    """Read every translation file of a language, by part; a bad file refuses with its line."""
    files = sorted((folder / I18N / language).glob("*.yml"))
    parts = (
        _read(read_yaml_file(path, path_for_messages(path)), path.stem, language) for path in files
    )
    return {part.id: part for part in parts}


def path_for_messages(path: Path) -> str:
    """The path of a translation file, as messages name it."""
    return f"playbooks/{I18N}/{path.parent.name}/{path.name}"


def _read(file: Node, name: str, language: str) -> TranslationFile:
    page = file.fields("schema part language reviewed texts")
    if page["schema"].text() != SCHEMA:
        page["schema"].refuse(f"this reader knows {SCHEMA}")
    if page["part"].id() != name:
        page["part"].refuse(f"the file of this part must be called {page['part'].id()}.yml")
    if page["language"].id() != language:
        page["language"].refuse(f"this file is in the folder of the language {language}")
    return TranslationFile(
        id=name,
        language=language,
        texts={key: _read_one(key, said, name) for key, said in page["texts"].pairs().items()},
        reviewed=_read_reviewed(page["reviewed"]),
    )


def _read_one(text_id: str, node: Node, part: str) -> TranslatedSentence:
    if part_name_of(text_id) != part:
        node.refuse(f"'{text_id}' belongs in {part_name_of(text_id)}.yml")
    fields = node.fields("of text", "draft")
    fields["text"].text()  # refuses what is no text
    return TranslatedSentence(
        text=collapse_whitespace(fields["text"].value),
        of=fields["of"].text(),
        is_draft=fields.read("draft", Node.flag, otherwise=False),
    )


def _read_reviewed(node: Node) -> TranslationReview | None:
    """`no` until somebody who speaks the language has read every sentence of the file."""
    if node.value is False:
        return None
    fields = node.fields("by on")
    return TranslationReview(fields.list_of("by", Node.text), fields["on"].day())
