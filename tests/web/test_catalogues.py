"""Every sentence that a reporter can meet is in each catalogue; no translation breaks a page."""

import re
from io import StringIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from checks import translations
from checks.translations import for_reporters, lacking, sentences, with_words_of, wrong_words
from helpdesk.web import catalogues
from helpdesk.web.catalogues import (
    CONSENT_PLACES,
    PUBLIC_PLACES,
    load_catalogue,
    untranslated_consents,
)

CONSENTS = {
    "Whatever you choose, our team reads what you write",
    "You may work on my case and help me",
    "Otherwise, we’ll ask you first.",
    "You may keep this after the case is closed",
    "You may share what is needed with another helper",
    "You may ask this service to act: %(platform)s",
    "tell you who first.",
}
REFUSALS = {
    "This page doesn’t exist, or you don’t have access to it.",
    "We can’t save anything right now. Nothing was sent. Please try again in a minute.",
}


@pytest.fixture(scope="module")
def found():
    return translations.extract()


def ids(catalog):
    return {message.id for message in catalog if message.id}


@pytest.mark.parametrize("language", translations.TRANSLATED)
def test_a_catalogue_holds_what_reporters_meet_and_nothing_else(found, language):
    assert sentences(load_catalogue(language)) == sentences(for_reporters(found))


@pytest.mark.parametrize("language", translations.TRANSLATED)
def test_no_translation_that_we_ship_breaks_a_page(language):
    assert list(wrong_words(load_catalogue(language))) == []


def test_what_reporters_meet_includes_refusals_and_not_the_pages_of_the_staff(found):
    met = ids(for_reporters(found))

    assert met >= REFUSALS
    assert "1. Your passphrase" in ids(found) - met


def test_every_place_is_there(found):
    named = {name for message in found for name, _line in message.locations}

    empty = {"templates/components/clock.html", "templates/components/details.html"}
    for place in {*PUBLIC_PLACES, *CONSENT_PLACES} - empty:
        has_sentences = any(name.startswith(place) for name in named)
        assert has_sentences or (catalogues.FOLDER.parent / place).exists(), place


def test_consents_are_known_where_they_stand(monkeypatch, found):
    monkeypatch.setattr(catalogues, "load_catalogue", lambda _language: for_reporters(found))

    lacks = untranslated_consents("es")
    assert all(any(one in sentence for sentence in lacks) for one in CONSENTS)


def test_a_language_without_a_catalogue_has_no_consents():
    assert untranslated_consents("tlh") is None


def a_catalogue(message, words, **more):
    catalog = Catalog(locale="es")
    catalog.add(message, words, **more)
    return catalog


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Hello %(name)s", "Hola %(nombre)s"),
        ("Hello", "Hola %(name)s"),
        ("Stop", "<i>Alto</i>"),
        ("Leave this page", "Salir al 100 %"),
        ("Leave this page", "Salir al 100 % seguro"),
        ("%(days)s days", "%(days)s días %"),
        ("What to do now", 'Qué hacer" hidden class="'),
        (("%(num)s day of %(x)s", "%(num)s days of %(x)s"), ("un día", "%(num)s días de %(x)s")),
    ],
)
def test_words_that_would_break_a_page_are_found(message, words):
    assert list(wrong_words(a_catalogue(message, words)))


def test_a_percent_sign_that_is_written_out_breaks_nothing():
    assert list(wrong_words(a_catalogue("Half of it", "El 50 %% de «todo»"))) == []


def test_a_form_for_one_may_say_it_in_a_word():
    days = a_catalogue(("%(num)s day", "%(num)s days"), ("un día", "%(num)s días"))

    assert list(wrong_words(days)) == []


def test_what_has_no_words_and_what_is_only_proposed_is_lacking():
    catalog = a_catalogue("One", "")
    catalog.add("Two", "Dos", flags=["fuzzy"])
    catalog.add("Three", "Tres")

    assert lacking(catalog) == {"One", "Two"}


def test_every_form_of_a_number_stays():
    forms = ("بدون أيام", "يوم واحد", "يومان", "%(num)s أيام", "%(num)s يوما", "%(num)s يوم")
    there, today = Catalog(locale="ar"), a_catalogue(("%(num)s day", "%(num)s days"), ("", ""))
    there.add(("%(num)s day", "%(num)s days"), forms)

    written = read_po(StringIO(with_words_of(there, today, "ar")), locale="ar")

    assert written.get(("%(num)s day", "%(num)s days")).string == forms


def test_new_sentences_come_in_and_words_stay():
    there, today = a_catalogue("Stays", "Queda"), a_catalogue("Stays", "")
    there.add("Goes", "Se va")
    today.add("Comes", "")

    written = with_words_of(there, today, "es")

    assert 'msgid "Stays"\nmsgstr "Queda"' in written
    assert 'msgid "Comes"\nmsgstr ""' in written
    assert "Goes" not in written


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "أجيبوا عن سؤال واحد آخر"),
        (2, "أجيبوا عن سؤالين آخرين"),
        (3, "أجيبوا عن 3 أسئلة أخرى"),
        (10, "أجيبوا عن 10 أسئلة أخرى"),
        (11, "أجيبوا عن 11 سؤالًا آخر"),
        (27, "أجيبوا عن 27 سؤالًا آخر"),
        (99, "أجيبوا عن 99 سؤالًا آخر"),
        (100, "أجيبوا عن 100 سؤال آخر"),
        (102, "أجيبوا عن 102 سؤال آخر"),
        (111, "أجيبوا عن 111 سؤالًا آخر"),
    ],
)
def test_arabic_counts_by_its_own_rule(number, words):
    said = catalogues.load_catalogue_or_source("ar").ngettext(
        "Answer %(num)s more question", "Answer %(num)s more questions", number
    )

    assert said % {"num": number} == words


# Words of Arabic that end as "your" and "you" to one person do, and mean something else.
NOT_YOU = {"هناك", "ذلك", "تلك", "يملك", "شك", "بنك"}


def test_arabic_speaks_to_reporters_in_one_way_the_polite_plural():
    """As the playbooks do: it leaves open whether a man or a woman reads."""
    singular = {}
    for message in translations.read(catalogues.catalogue_path("ar"), "ar"):
        said = " ".join(message.string) if message.pluralizable else message.string
        words = re.findall("[\u0621-\u064a]+", re.sub("[\u064b-\u0652]", "", said))
        to_one = {one for one in words if one.endswith("ك") and not _is_not_you(one)}
        if to_one:
            singular[message.id] = to_one

    assert singular == {}


def _is_not_you(word):
    return any(
        word in (one, f"و{one}", f"ف{one}", f"ل{one}", f"ب{one}", f"ك{one}") for one in NOT_YOU
    )
