"""Messages of the web pages for translators, and their translations back into messages.po."""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import write_po

from helpdesk.authoring.translation.checks import find_page_translation_faults
from helpdesk.authoring.translation.files import source_fingerprint
from helpdesk.authoring.translation.translator_files import (
    SAME,
    ReturnedTranslation,
    TranslationUnit,
    po_header,
)
from helpdesk.web.catalogues import NOT_READ, catalogue_path, is_translated, load_catalogue
from helpdesk.web.languages import language_name

PART = "pages"
NUMBER = "%(num)s"


def page_translation_units(language: str) -> Iterator[TranslationUnit]:
    """The translation units of the pages' sentences. One with numbers has a unit for each of the
    language's forms."""
    for message in load_catalogue(language) or ():
        if message.id:
            for form, (source, said) in enumerate(_forms(message)):
                yield TranslationUnit(_id_of(message, form), source, said, is_translated(message))


def merge_into_messages_po(
    language: str, answers: Iterable[ReturnedTranslation], *, drafts: bool = False
) -> tuple[list[str], list[str]]:
    """Merge translations into messages.po: which were taken, and what is wrong with the others.

    A draft stays fuzzy there, so that no page says it and nobody agrees to it.
    """
    there = load_catalogue(language)
    if there is None:
        return [], [f"{catalogue_path(language)} is missing; make catalogue writes it"]
    taken, refused = list[str](), list[str]()
    by_id = {_id_of(one, n): (one, n) for one in there if one.id for n in range(_number(one))}
    for answer in answers:
        if not answer.said:
            continue
        if answer.id not in by_id:
            refused.append(f"{answer.id} (line {answer.line}): there is no such sentence any more")
            continue
        message, form = by_id[answer.id]
        source, before = list(_forms(message))[form]
        words = source if answer.said == SAME else answer.said
        is_draft = drafts or answer.is_draft
        wrong = list(find_page_translation_faults(_without_number(source), _without_number(words)))
        if not answer.is_made_from(source):
            wrong = ["the source has changed since; extract it again"]
        if wrong:
            refused.append(f"{answer.id} (line {answer.line}): {'; '.join(wrong)}")
        elif answer.said != source and (words != before or (message.fuzzy and not is_draft)):
            _put(message, form, words, is_draft=is_draft)
            taken.append(answer.id)
    if taken:
        _write(catalogue_path(language), there, language)
    return taken, refused


def _number(message: Message) -> int:
    return len(message.string) if isinstance(message.string, tuple) else 1


def _forms(message: Message) -> Iterator[tuple[str, str]]:
    if isinstance(message.id, str):
        yield message.id, str(message.string)
        return
    one, many = message.id
    for form, said in enumerate(message.string or ()):
        yield (one if form == 0 else many), said


def _id_of(message: Message, form: int) -> str:
    name = (
        f"{PART}.{source_fingerprint(message.id if isinstance(message.id, str) else message.id[0])}"
    )
    return name if isinstance(message.id, str) else f"{name}#{form}"


def _put(message: Message, form: int, words: str, *, is_draft: bool) -> None:
    if isinstance(message.string, tuple):
        message.string = (*message.string[:form], words, *message.string[form + 1 :])
    else:
        message.string = words
    if is_draft:
        message.flags.add("fuzzy")
    else:
        message.flags.discard("fuzzy")


def _without_number(words: str) -> str:
    """A form for one or two may say it in a word."""
    return words.replace(NUMBER, "")


def _write(path: Path, there: Catalog, language: str) -> None:
    """In the shape of `make catalogue`; who has read it before has not read this."""
    output = io.BytesIO()
    write_po(output, there, sort_output=True, include_lineno=False, omit_header=True)
    head = po_header(language, NOT_READ.format(name=language_name(language, "en")))
    path.write_text(head + output.getvalue().decode(), encoding="utf-8")
