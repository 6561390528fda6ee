"""The public pages in a reader's language: how it is chosen, how it lasts, and what falls back."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from helpdesk.app import create_app
from helpdesk.authoring.reading.folder import read_library
from helpdesk.authoring.translation.files import TranslationReview, read_translation_files
from helpdesk.authoring.translation.status import translation_status
from helpdesk.cases.models import Case
from helpdesk.intake.languages import is_reviewed, offered_languages
from helpdesk.playbooks import repository
from helpdesk.settings import LANGUAGES, Surface
from helpdesk.triage.repository import load_decision_table
from tests import languages
from tests.intake.browser import Browser
from tests.languages import in_arabic, in_spanish, write_all

STALE = "account-takeover.safe_now.no-pay"


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """Arabic whole; Spanish with one old piece of advice, and so not whole; no French."""
    folder = tmp_path_factory.mktemp("planted")
    write_all(folder, "ar", in_arabic)
    write_all(folder, "es", in_spanish, stale={STALE})
    return folder


@pytest.fixture
def spoken(monkeypatch, planted):
    languages.speak(monkeypatch, planted)
    yield
    monkeypatch.undo()
    languages.forget()


@pytest.fixture
def app(house, spoken):
    settings = replace(house.intake.settings, offer_unreviewed=True)
    app = create_app(replace(house.intake, settings=settings), Surface.PUBLIC)
    app.testing = True
    return app


@pytest.fixture
def browser(app):
    return Browser(app.test_client())


def language_of(browser):
    return re.search(r'<html lang="(\w+)" dir="(\w+)">', browser.text).groups()


def test_a_language_is_offered_when_everything_needed_is_there_and_fresh(settings, spoken):
    assert offered_languages(replace(settings, offer_unreviewed=True)) == ("en", "ar")
    assert STALE in repository.load_current_translation("es").waits_for


def test_one_that_nobody_has_read_is_offered_only_where_the_helpdesk_wants_it(settings, spoken):
    assert offered_languages(settings) == ("en",)


def test_one_that_a_speaker_has_read_is_offered_without_a_word(settings, monkeypatch, tmp_path):
    write_all(
        tmp_path, "ar", in_arabic, reviewed=TranslationReview(("One Person",), date(2026, 12, 1))
    )
    languages.speak(monkeypatch, tmp_path)

    assert offered_languages(settings) == ("en", "ar")
    assert is_reviewed("ar")
    monkeypatch.undo()
    languages.forget()


def test_the_first_language_of_the_settings_is_for_everybody_else(settings, spoken):
    wanted = replace(settings, offer_unreviewed=True, languages=("ar", "es", "en"))

    assert offered_languages(wanted) == ("ar", "en")
    assert offered_languages(replace(wanted, languages=("fr",))) == ("en",)


def test_the_address_names_the_language_and_every_link_keeps_it(browser):
    browser.open("/ar/")

    assert language_of(browser) == ("ar", "rtl")
    ours = re.findall(r'(?:href|action|formaction)="(/[^"]*)"', browser.text)
    assert {link.split("/")[1] for link in ours if link != "/en/"} == {"ar"}
    # the choice is in no cookie: the only one is that of the form
    assert {cookie.key for cookie in browser.client._cookies.values()} == {"hd_public_form"}


@pytest.mark.parametrize(
    ("asked", "spoken_then"),
    [
        ("ar", "ar"),
        ("ar-EG,ar;q=0.9,en;q=0.1", "ar"),
        ("de-CH,de;q=0.9", "en"),
        ("es-MX", "en"),  # not whole, so not offered
        ("'\"><script>", "en"),
        ("", "en"),
    ],
)
def test_without_a_choice_the_browser_says_what_it_likes(app, asked, spoken_then):
    answer = app.test_client().get("/", headers={"Accept-Language": asked})

    assert f'<html lang="{spoken_then}"' in answer.text


def test_the_address_counts_for_more_than_the_browser(app):
    answer = app.test_client().get("/en/", headers={"Accept-Language": "ar"})

    assert '<html lang="en" dir="ltr">' in answer.text


@pytest.mark.parametrize("path", ["/xx/", "/de/report", "/AR/", "/ar%00/", "/ar/es/"])
def test_a_language_that_we_do_not_know_is_no_address(browser, path):
    browser.open(path)

    assert browser.status == 404
    assert "<script" not in browser.text


def test_an_address_in_a_language_that_is_not_offered_today_still_leads_on(browser):
    browser.open("/es/report")

    assert browser.status == 200
    assert language_of(browser) == ("en", "ltr")


def test_the_choice_stands_on_every_page_after_the_way_out(browser):
    for path in ("/", "/help-now", "/report", "/mailbox"):
        browser.open(path)
        assert browser.text.index('class="leave"') < browser.text.index('class="languages"')
        assert 'lang="ar" dir="rtl"' in browser.text


def test_changing_the_language_within_the_report_loses_nothing_that_was_typed(browser):
    browser.open("/report")
    browser.send("/report", button=("to", "1"), answers={"q_danger": "credible"}, to="/ar/report")

    assert browser.status == 200
    assert language_of(browser) == ("ar", "rtl")
    assert ("q_danger", "credible") in browser.form("/ar/report").fields


@pytest.fixture
def arabic_report(browser):
    """A whole report, written on the Arabic pages; the receipt is open."""
    browser.open("/ar/report")
    first = {"what": ["account-takeover"]}
    browser.send("/ar/report", button=("to", "2"), answers=first)
    browser.send("/ar/report", button=("to", "3"))
    browser.send("/ar/report", button=("to", "4"), answers={"q_hold": "running"})
    browser.send("/ar/report", button=("to", "send"), answers={"story": "حسابي"})
    assert browser.status == 200
    return browser


def test_a_report_on_arabic_pages_is_kept_as_arabic_and_answered_so(arabic_report, house):
    with house.inside() as work:
        [case] = work.session.scalars(select(Case))
        assert case.language == "ar"
    assert language_of(arabic_report) == ("ar", "rtl")
    assert 'lang="en"' not in without_choice_and_code(arabic_report.text)
    arabic_report.open("/ar/report/received/advice")
    assert in_arabic(load_decision_table().plan(case.level).promise.text) in arabic_report.text
    assert 'lang="en"' not in without_choice_and_code(arabic_report.text)


def test_codes_read_from_the_left_on_a_page_that_reads_from_the_right(arabic_report):
    page = arabic_report.text

    assert re.search(r'<bdi dir="ltr" translate="no">[0-9A-Z]{3}-[0-9A-Z]{4}</bdi>', page)
    assert '<ol class="code-words" aria-labelledby="code-words-label" lang="en" dir="ltr"' in page
    digits = re.search(r'<p class="code-letters" dir="ltr" translate="no">([0-9 ]+)</p>', page)[1]
    assert [len(group) for group in digits.split()] == [5] * 8
    english = in_arabic("Or these English words, in this order:")
    assert in_arabic("In this order, from left to right:") in page
    assert page.index("code-letters") < page.index(english) < page.index('class="code-words"')


def test_the_receipt_offers_no_other_language_because_it_is_shown_once(arabic_report):
    assert 'class="languages"' not in arabic_report.text


def test_the_mailbox_speaks_as_the_report_did(arabic_report):
    code = re.search(r'class="code-letters"[^>]*>([^<]+)<', arabic_report.text)[1]
    browser = Browser(arabic_report.client)
    browser.open("/mailbox")
    assert language_of(browser) == ("en", "ltr")
    browser.send("/mailbox", answers={"code": code}, follow=False)

    assert browser.answer.headers["Location"] == "/ar/mailbox/case?opened=yes"


def test_a_language_chosen_now_counts_for_more_than_the_one_of_the_report(arabic_report):
    code = re.search(r'class="code-letters"[^>]*>([^<]+)<', arabic_report.text)[1]
    browser = Browser(arabic_report.client)
    browser.open("/en/mailbox")
    browser.send("/en/mailbox", answers={"code": code}, follow=False)

    assert browser.answer.headers["Location"] == "/en/mailbox/case?opened=yes"


def test_dates_are_written_as_the_language_does_and_digits_stay_those_of_the_code(
    house, arabic_report
):
    with house.inside() as work:  # a day is named only where it is not this one
        case = work.session.scalars(select(Case)).one()
        case.reply_due_at = work.at + timedelta(days=2)
        work.record("case.changed_by_test", case)
    code = re.search(r'class="code-letters"[^>]*>([^<]+)<', arabic_report.text)[1]
    browser = Browser(arabic_report.client)
    browser.open("/ar/mailbox")
    browser.send("/ar/mailbox", answers={"code": code})
    [time] = re.findall(r"<time [^>]*>([^<]+)</time>", browser.text)

    # The words around a date are invented here; its digits and its month are the language's own.
    assert re.match(r"\d{1,2} [\u0600-\u06ff]+ \d{4}[,\u060c]? [\u0600-\u06ff]", time)
    assert not re.search("[\u0660-\u0669]", browser.text)


def without_choice_and_code(page):
    """The page without what stands in another language on purpose."""
    page = re.sub(r'<nav class="languages".*?</nav>', "", page, flags=re.DOTALL)
    return re.sub(r'<ol class="code-words".*?</ol>', "", page, flags=re.DOTALL)


def test_the_staffs_pages_stay_in_the_language_they_are_written_in(house, spoken):
    with house.backstage() as context:
        app = create_app(context, Surface.STAFF)
        answer = app.test_client().get("/sign-in", headers={"Accept-Language": "ar"})

    assert '<html lang="en" dir="ltr">' in answer.text
    assert app.test_client().get("/ar/sign-in").status_code == 404


def test_a_refusal_speaks_the_language_too(browser):
    browser.open("/ar/no-such-page")

    assert browser.status == 404
    assert language_of(browser) == ("ar", "rtl")
    assert "This page doesn’t exist" not in browser.text
    assert 'href="/ar/"' in browser.text


def test_old_advice_is_given_in_the_language_it_is_fresh_in(app):
    text = next(one for one in repository.load_current_library("es").texts() if one.id == STALE)
    source = next(one for one in repository.load_current_library().texts() if one.id == STALE)
    said = app.jinja_env.filters["said"]

    assert said(text) == f'<span lang="en" dir="ltr">{source.text}</span>'


def test_a_sentence_that_fell_back_is_still_only_text(app):
    hostile = replace(
        next(iter(repository.load_current_library("es").texts())), text="<b>&", lang="en"
    )

    assert "<b>" not in app.jinja_env.filters["said"](hostile)


def test_a_sentence_of_ours_without_words_keeps_its_own_direction(app, monkeypatch):
    languages.catalogues.load_catalogue("ar").get("Leave this page").string = ""
    languages.catalogues.load_catalogue_or_source.cache_clear()

    assert "\u2066Leave this page\u2069</a>" in app.test_client().get("/ar/").text


def test_one_calm_line_says_on_the_first_page_alone_that_nobody_has_read_it(browser):
    browser.open("/ar/")
    arabic = browser.text
    browser.open("/en/")

    assert arabic.count('class="unread') == 1
    assert 'class="unread' not in browser.text
    for later in ("/ar/report", "/ar/help-now", "/ar/mailbox"):
        browser.open(later)
        assert 'class="unread' not in browser.text, later


def test_every_language_of_the_settings_has_its_words():
    folders = {path.parent.parent.name for path in languages.catalogues.FOLDER.glob("*/*/*.po")}

    assert folders == set(LANGUAGES) - {"en"}
    library = read_library(repository.CONTENT)
    for code in LANGUAGES[1:]:
        assert (
            translation_status(
                library, code, read_translation_files(repository.CONTENT, code)
            ).orphans
            == ()
        )
