"""Moments in words: each as closely as it was kept, in the language of the page."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.app import create_app
from helpdesk.settings import Surface
from helpdesk.web import languages
from helpdesk.web.clock import happened, in_hour, moment

HOUR = datetime(2026, 11, 22, 11, tzinfo=UTC)


@pytest.fixture
def pages(desk):
    """A page of the public door, in English unless its address names another language."""
    app = create_app(desk, Surface.PUBLIC)
    app.extensions["languages"] = ("en", "es", "fr", "ar", "pt")
    return app


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (HOUR, "22 Nov 2026, between 11:00 and 12:00 UTC"),
        (HOUR + timedelta(microseconds=1), "22 Nov 2026, 11:00 UTC"),
        (HOUR + timedelta(minutes=19, seconds=5), "22 Nov 2026, 11:19 UTC"),
        (HOUR.replace(hour=23), "22 Nov 2026, between 23:00 and 24:00 UTC"),
    ],
)
def test_what_was_kept_to_the_hour_says_so_and_what_is_exact_stays_exact(pages, at, words):
    with pages.test_request_context("/"):
        said = happened(at)

    assert said == f'<time datetime="{at:%Y-%m-%dT%H:%M:%SZ}">{words}</time>'


def test_a_due_time_on_the_full_hour_is_that_very_moment(pages):
    with pages.test_request_context("/"):
        assert moment(HOUR).striptags() == "22 Nov 2026, 11:00 UTC"


def test_what_cannot_have_been_before_a_moment_begins_there(pages):
    with pages.test_request_context("/"):
        said = in_hour(HOUR + timedelta(minutes=19)).striptags()

    assert said == "22 Nov 2026, between 11:19 and 12:00 UTC"


@pytest.mark.parametrize("language", ["es", "fr", "ar", "pt"])
def test_it_is_said_in_every_language(pages, language):
    with pages.test_request_context("/", environ_overrides={"helpdesk.language": language}):
        said = happened(HOUR).striptags()
        assert languages.language_here() == language

    assert "between" not in said
    assert "11:00" in said
    assert "12:00" in said
