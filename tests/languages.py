"""Whole translations made of planted words, so that no test waits for a translator."""

import re
from itertools import count
from pathlib import Path

from babel.messages.pofile import read_po

from checks.translations import as_bytes
from helpdesk.authoring.publishing import published_translation
from helpdesk.authoring.reading.folder import read_library
from helpdesk.authoring.translation.file_writing import write_translation_file
from helpdesk.authoring.translation.files import (
    TranslatedSentence,
    TranslationFile,
    part_name_of,
    source_fingerprint,
)
from helpdesk.authoring.translation.status import translatable_sentences
from helpdesk.authoring.translation.translator_files import po_header
from helpdesk.intake import languages as offering
from helpdesk.intake.forms import report_steps
from helpdesk.playbooks import repository
from helpdesk.playbooks.published import PUBLISHED, published_path
from helpdesk.settings import LANGUAGES
from helpdesk.triage import repository as triage_repository
from helpdesk.triage.repository import load_decision_table
from helpdesk.web import catalogues

OURS = repository.CONTENT
CACHES = (
    repository._in,
    repository._by_id,
    triage_repository._in,
    repository.load_current_translation,
    catalogues.load_catalogue,
    catalogues.load_catalogue_or_source,
    offering.is_fully_translated,
    offering.is_reviewed,
    report_steps.first_step_form,
    report_steps.urgency_form,
    report_steps.incident_questions_form,
    report_steps.last_step_form,
    report_steps.multilingual_search_for,
)
WORD = re.compile(r"%\(\w+\)[sd]|\{\w+\}|\w[\w']*")
SENTENCE = "نحن معك ولن نترك أحدا وحده في هذا الأمر فخذ وقتك ثم اكتب لنا ما تستطيع"
ARABIC = SENTENCE.split()


def in_arabic(source):
    """As many Arabic words as the source has; placeholders stay."""
    numbers = count(len(source))

    def word(found):
        kept = found[0].startswith(("%", "{"))
        return found[0] if kept else ARABIC[next(numbers) % len(ARABIC)]

    return WORD.sub(word, source)


def in_spanish(source):
    """The source with a mark, so that a test can find it."""
    return f"¡{source}!"


def write_all(folder, language, say, *, leave_out=(), stale=(), reviewed=None):
    """Translate every sentence of the playbooks and of the pages."""
    library, parts = read_library(OURS), {}
    for one in translatable_sentences(library, {}):
        if one.id not in leave_out:
            of = "0000000000" if one.id in stale else source_fingerprint(one.source)
            said = TranslatedSentence(say(one.source), of)
            parts.setdefault(part_name_of(one.id), {})[one.id] = said
    order = [text.id for text in library.texts()]
    for name, texts in parts.items():
        write_translation_file(
            folder / "playbooks", TranslationFile(name, language, texts, reviewed), order
        )
    head = f"# Read by: {reviewed.by[0]}, {reviewed.on}\n" if reviewed else "# Planted.\n"
    _write_pages(folder / "translations", language, say, head)


def _write_pages(folder, language, say, head):
    with catalogues.catalogue_path(language).open("rb") as file:
        catalogue = read_po(file, locale=language)
    for message in catalogue:
        if message.id:
            many = isinstance(message.id, tuple)
            forms = catalogue.num_plurals
            message.string = (say(message.id[-1]),) * forms if many else say(message.id)
    path = folder / language / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(po_header(language, head).encode() + as_bytes(catalogue))


def speak(monkeypatch, folder: Path):
    """Let the house find the translations of this folder, and forget what it read before."""
    repository.load_current_library()
    load_decision_table()
    library, content = read_library(OURS), folder / "playbooks"
    (content / PUBLISHED).mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES[1:]:
        published_path(content, language).write_text(
            published_translation(library, content, language)
        )
    monkeypatch.setattr(repository, "CONTENT", content)
    monkeypatch.setattr(catalogues, "FOLDER", folder / "translations")
    forget()


def forget():
    """Forget every translation that was read."""
    for one in CACHES:
        one.cache_clear()
