"""Files of translations: read strictly, written so that reading gives the same again."""

from datetime import date

import pytest

from helpdesk.authoring.reading.folder import read_library
from helpdesk.authoring.source import PlaybookError
from helpdesk.authoring.translation.checks import find_translation_faults
from helpdesk.authoring.translation.file_writing import write_translation_file
from helpdesk.authoring.translation.files import (
    TranslatedSentence,
    TranslationFile,
    TranslationReview,
    read_translation_files,
)
from helpdesk.authoring.translation.status import translatable_sentences
from helpdesk.playbooks import repository
from helpdesk.settings import LANGUAGES

HEAD = "schema: i18n/1\npart: vocab\nlanguage: ar\nreviewed: false\n"


def write(folder, text, name="vocab"):
    path = folder / "i18n" / "ar" / f"{name}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_part_that_was_written_reads_as_it_was(tmp_path):
    texts = {
        "vocab.answers.yes": TranslatedSentence('نعم: "بالتأكيد" \\ #1', "abc"),
        "vocab.answers.no": TranslatedSentence("لا", "def", is_draft=True),
        "vocab.answers.unsure": TranslatedSentence("Que faire\u00a0?", "012"),
    }
    part = TranslationFile(
        "vocab", "ar", texts, TranslationReview(("One Person",), date(2026, 12, 1))
    )

    write_translation_file(tmp_path, part, texts)

    assert read_translation_files(tmp_path, "ar") == {"vocab": part}


def test_a_language_without_a_folder_has_no_words(tmp_path):
    assert read_translation_files(tmp_path, "ar") == {}


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (HEAD.replace("i18n/1", "i18n/9") + "texts: {}\n", 1, "i18n/1"),
        (HEAD.replace("language: ar", "language: es") + "texts: {}\n", 3, "the folder"),
        (HEAD.replace("part: vocab", "part: triage") + "texts: {}\n", 2, "triage.yml"),
        (HEAD.replace("reviewed: false", "reviewed: true") + "texts: {}\n", 4, "keys"),
        (HEAD + "texts:\n  triage.raised: {of: a, text: b}\n", 6, "triage.yml"),
        (HEAD + "texts:\n  vocab.a: {of: a, text: b, harmless: true}\n", 6, "harmless"),
        (HEAD + "texts:\n  vocab.a: {text: b}\n", 6, "'of' is missing"),
        (HEAD, 1, "'texts' is missing"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line(tmp_path, text, line, reason):
    write(tmp_path, text)

    with pytest.raises(PlaybookError) as refused:
        read_translation_files(tmp_path, "ar")

    assert (refused.value.file, refused.value.line) == ("playbooks/i18n/ar/vocab.yml", line)
    assert reason in refused.value.reason


@pytest.mark.parametrize(
    ("source", "said", "trouble"),
    [
        ("%(num)s days", "dias", "placeholders"),
        ("Hello {name}", "Hola {nombre}", "placeholders"),
        ("Read [this](https://a.example)", "Lea [esto](https://b.example)", "addresses"),
        ("Call us", "Llame a https://b.example", "addresses"),
        ("Stop", "<b>Alto</b>", "HTML tag"),
        ("Stop", "Alto &amp; espere", "HTML entity"),
        ("Stop", "`Alto`", "backtick"),
        ("Stop", "# Alto", "heading"),
        ("Stop", "**Alto", "star"),
        ("Stop", "Al\u202eto", "U+202E"),
        ("Stop", "Al\u200bto", "U+200B"),
    ],
)
def test_a_translation_keeps_placeholders_and_links_and_adds_no_markup(source, said, trouble):
    assert trouble in "; ".join(find_translation_faults(source, said))


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("%(a)s and %(b)s", "%(b)s y %(a)s"),
        ("**Stop**", "**Alto**"),
        ("Read [this](https://a.example)", "[اقرأ هذا](https://a.example)"),
        ("Less than 3 & more", "Menos de 3 y más: 100 % < 200"),
    ],
)
def test_a_translation_may_move_things_around(source, said):
    assert list(find_translation_faults(source, said)) == []


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_translation_that_we_ship_is_well_made(language):
    met = translatable_sentences(
        read_library(repository.CONTENT), read_translation_files(repository.CONTENT, language)
    )

    wrong = [
        (one.id, fault)
        for one in met
        if one.said
        for fault in (
            find_translation_faults(one.source, one.said.text)
            if one.said.is_fresh(one.source)
            else ()
        )
    ]
    assert wrong == []
