"""Files for translators and back from them: as PO, or as plain lines.

A PO file carries the id of a sentence as its context; a translation that is not final is fuzzy
there. Plain lines are for those who write by hand: the id with the fingerprint of its source, a
tab, the words. A line that says `=` means that the words are the same in both languages.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po
from babel.plural import to_gettext

from helpdesk.authoring.translation.files import collapse_whitespace, source_fingerprint

TAB = "\t"
AT = "@"
SAME = "="
LANGUAGE_LINE = "# language: "


class UnreadableTranslationFile(Exception):
    """Raised if a file from a translator is neither a PO file nor plain lines."""


@dataclass(frozen=True)
class TranslationUnit:
    """A unit of translation: one sentence; not final if it is a draft or its source has changed
    since."""

    id: str
    source: str
    said: str = ""
    is_final: bool = False
    note: str = ""


@dataclass(frozen=True)
class ReturnedTranslation:
    """A returned translation of one sentence, and what it was made from, if the file says so.

    A PO file says the `source` itself, a plain line its fingerprint: `of`.
    """

    id: str
    said: str
    source: str = ""
    of: str = ""
    is_draft: bool = False
    line: int = 0

    def is_made_from(self, source: str) -> bool:
        """Whether the source still reads as it did when this was written, as far as we are told."""
        return self.source in ("", source) and self.of in ("", source_fingerprint(source))


@dataclass(frozen=True)
class ReturnedTranslationFile:
    """A file that a translator returned: everything that came back in it."""

    language: str | None
    answers: tuple[ReturnedTranslation, ...]


def to_po(language: str, units: Iterable[TranslationUnit]) -> str:
    """Write a PO file for translators' tools."""
    catalog = Catalog(locale=language, fuzzy=False)
    for unit in units:
        flags = () if unit.is_final or not unit.said else ("fuzzy",)
        note = (unit.note,) if unit.note else ()
        catalog.add(unit.source, unit.said, context=unit.id, flags=flags, user_comments=note)
    output = io.BytesIO()
    write_po(output, catalog, omit_header=True, width=0)
    return po_header(language) + output.getvalue().decode()


# Babel's own rule for Arabic takes the form for 11 to 99 at 100 to 102, and at 27 the one for 100.
PLURALS: Final = {"ar": to_gettext(Locale.parse("ar").plural_form)}


def po_header(language: str, comment: str = "") -> str:
    """The header of a PO file, without a date or a name: it changes only when the words do."""
    plural = PLURALS.get(language) or Catalog(locale=language).plural_forms
    return (
        f'{comment}msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Plural-Forms: {plural}\\n"\n'
        '"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n\n'
    )


def to_plain_lines(language: str, units: Iterable[TranslationUnit]) -> str:
    """Write plain lines: for each sentence its id, a tab, and its words as they are now."""
    lines = [f"{LANGUAGE_LINE}{language}", "# the id, a tab, the words; = where they stay the same"]
    for unit in units:
        lines += [f"# {unit.note}"] if unit.note else []
        name = f"{unit.id}{AT}{source_fingerprint(unit.source)}"
        lines.append(f"{name}{TAB}{unit.said if unit.is_final else unit.source}")
    return "\n".join(lines) + "\n"


def read_returned_translations(text: str) -> ReturnedTranslationFile:
    """Read what a translator returned, in either form."""
    return _read_po(text) if "\nmsgid " in f"\n{text}" else _read_lines(text)


def _read_po(text: str) -> ReturnedTranslationFile:
    try:
        catalog = read_po(io.StringIO(text), abort_invalid=True)
    except (PoFileError, ValueError) as broken:
        raise UnreadableTranslationFile(f"This is not a PO file: {broken}") from None
    answers = tuple(
        ReturnedTranslation(
            id=str(message.context),
            said=collapse_whitespace(message.string),
            source=message.id,
            is_draft=message.fuzzy,
            line=message.lineno or 0,
        )
        for message in catalog
        if message.context and isinstance(message.id, str) and isinstance(message.string, str)
    )
    return ReturnedTranslationFile(str(catalog.locale) if catalog.locale else None, answers)


def _read_lines(text: str) -> ReturnedTranslationFile:
    language, answers = None, []
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        if line.startswith(LANGUAGE_LINE):
            language = line.removeprefix(LANGUAGE_LINE).strip()
        elif line.strip() and not line.startswith("#"):
            name, tab, words = line.partition(TAB)
            if not tab:
                raise UnreadableTranslationFile(
                    f"Line {number} has no tab between the id and the words."
                )
            text_id, _at, of = name.strip().partition(AT)
            answers.append(
                ReturnedTranslation(text_id, collapse_whitespace(words), of=of, line=number)
            )
    return ReturnedTranslationFile(language, tuple(answers))
