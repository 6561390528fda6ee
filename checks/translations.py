"""Do the catalogues hold every sentence of the pages, and no other? `--write` mends them.

messages.pot has every sentence; each language's messages.po has those that a reporter can meet.
What a language lacks is said, and is no fault: the sentence shows in English until it is there.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from helpdesk.authoring.translation.checks import find_page_translation_faults
from helpdesk.authoring.translation.translator_files import po_header
from helpdesk.settings import LANGUAGES
from helpdesk.web.catalogues import (
    NOT_READ,
    READ_BY,
    SOURCE,
    catalogue_path,
    is_shown_to_reporters,
    is_translated,
)
from helpdesk.web.languages import language_name

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "helpdesk" / "translations" / "messages.pot"
FEW = 10
NUMBER = "%(num)s"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
KEYWORDS = {"lazy_gettext": None, "_l": None, "mark_translatable": None}
TRANSLATED = tuple(code for code in LANGUAGES if code != SOURCE)


def main(arguments: list[str]) -> int:
    found = extract()
    if "--write" in arguments:
        write(found)
        return 0
    wrong = _tell_of("the catalogue", read(CATALOGUE), found)
    for language in TRANSLATED:
        there = read(catalogue_path(language), language)
        wrong |= _tell_of(language_name(language, "en"), there, for_reporters(found))
        wrong |= _tell(f"{language_name(language, 'en')} is wrong", set(wrong_words(there)))
        _tell(f"{language_name(language, 'en')} lacks", lacking(there))
    if wrong:
        sys.stderr.write("What is new or gone is brought up to date with: make catalogue\n")
    return 1 if wrong else 0


def write(found: Catalog) -> None:
    """The catalogue anew, and each language's list of sentences; words that are there stay."""
    CATALOGUE.parent.mkdir(exist_ok=True)
    CATALOGUE.write_bytes(as_bytes(found))
    for language in TRANSLATED:
        path = catalogue_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(with_words_of(read(path, language), for_reporters(found), language))


def with_words_of(there: Catalog, found: Catalog, language: str) -> str:
    """The sentences of today, with the words that were there for them."""
    today = Catalog(locale=language)  # it knows how many forms a number has in this language
    for message in found:
        if message.id:
            old = there.get(message.id, message.context)
            today.add(
                message.id,
                old.string if old else None,
                locations=message.locations,
                flags=old.flags if old else message.flags,
                auto_comments=message.auto_comments,
                context=message.context,
            )
    comment = NOT_READ.format(name=language_name(language, "en"))
    if READ_BY.search(there.header_comment):
        comment = f"{there.header_comment}\n"
    return po_header(language, comment) + as_bytes(today).decode()


def read(path: Path, language: str | None = None) -> Catalog:
    """A catalogue that is there, or an empty one."""
    if not path.exists():
        return Catalog(locale=language, header_comment="")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def for_reporters(found: Catalog) -> Catalog:
    """The sentences that a reporter can meet."""
    met = Catalog(project="helpdesk", charset="utf-8")
    for message in found:
        if is_shown_to_reporters(message):
            met.add(
                message.id,
                locations=message.locations,
                auto_comments=message.auto_comments,
                context=message.context,
            )
    return met


def lacking(there: Catalog) -> set[object]:
    """The sentences that have no words yet."""
    return {message.id for message in there if message.id and not is_translated(message)}


def wrong_words(there: Catalog) -> Iterator[str]:
    """Translations that would break a page, or change what it asks for."""
    for message in there:
        if is_translated(message):
            yield from (f"{message.id!r}: {fault}" for fault in _faults(message))


def _faults(message: Message) -> Iterator[str]:
    if isinstance(message.id, str):
        yield from find_page_translation_faults(message.id, str(message.string))
        return
    # "one" and "two" may be words: a form may leave the number out
    for form in message.string or ():
        yield from find_page_translation_faults(
            message.id[-1].replace(NUMBER, ""), form.replace(NUMBER, "")
        )


def _tell_of(name: str, kept: Catalog, found: Catalog) -> bool:
    new, gone = sentences(found) - sentences(kept), sentences(kept) - sentences(found)
    return _tell(f"not in {name}", new) | _tell(f"in {name}, on no page any more", gone)


def _tell(trouble: str, found: set[object]) -> bool:
    """The first few, and how many there are in all."""
    for sentence in sorted(found, key=str)[:FEW]:
        sys.stderr.write(f"{trouble}: {sentence!r}\n")
    if len(found) > FEW:
        sys.stderr.write(f"{trouble}: {len(found) - FEW} more\n")
    return bool(found)


def extract() -> Catalog:
    """Every sentence marked for translation, from code and templates."""
    catalogue = Catalog(project="helpdesk", charset="utf-8")
    for name, line, message, comments, context in extract_from_dir(
        ROOT / "helpdesk",
        METHODS,
        keywords=DEFAULT_KEYWORDS | KEYWORDS,
        comment_tags=("Translators:",),
    ):
        catalogue.add(message, locations=[(name, line)], auto_comments=comments, context=context)
    return catalogue


def sentences(catalogue: Catalog) -> set[object]:
    return {(message.context, message.id) for message in catalogue if message.id}


def as_bytes(catalogue: Catalog) -> bytes:
    """Sorted, without dates and line numbers: it changes only when a sentence does."""
    output = io.BytesIO()
    write_po(output, catalogue, sort_output=True, include_lineno=False, omit_header=True)
    return output.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
