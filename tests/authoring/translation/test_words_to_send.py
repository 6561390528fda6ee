"""A responder who does not speak the reporter's language still has the words to send."""

from dataclasses import replace
from html import unescape

import pytest

from helpdesk.app import create_app
from helpdesk.playbooks import repository
from helpdesk.settings import Surface
from tests import languages
from tests.languages import in_arabic, write_all


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted")
    write_all(folder, "ar", in_arabic)
    return folder


@pytest.fixture
def spoken(monkeypatch, planted):
    languages.speak(monkeypatch, planted)
    yield
    monkeypatch.undo()
    languages.forget()


@pytest.fixture
def words():
    """The first words to send that any step has."""
    pages = repository.load_current_library().playbooks
    return next(step.words for page in pages for step in page.steps if step.words)


@pytest.fixture
def to_send(context):
    """What a responder sees of words to send to somebody who chose a language."""
    app = create_app(context, Surface.STAFF)

    def write(text, language):
        with app.test_request_context():
            module = app.jinja_env.get_template("playbooks/_to_send.html").module
            return str(module.to_send(text, language))

    return write


def test_the_words_stand_in_both_languages(to_send, words, spoken):
    page = to_send(words, "ar")

    assert str(words) in unescape(page)
    assert in_arabic(str(words)) in unescape(page)
    assert "In Arabic:" in page
    assert 'lang="ar" dir="rtl"' in page


def test_words_of_another_edition_are_marked(to_send, words, spoken):
    page = to_send(replace(words, text="As it was said before."), "ar")

    assert "compare them before you send it" in page
    assert in_arabic(str(words)) in unescape(page)


def test_what_nobody_has_translated_is_not_made_up(to_send, words, spoken):
    assert "Nobody has translated this into Spanish yet." in to_send(words, "es")


def test_who_writes_in_our_language_sees_it_once(to_send, words, spoken):
    assert to_send(words, "en").count("blockquote") == 2
