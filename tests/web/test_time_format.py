"""Moments in words: each as closely as it was kept, in the language of the page."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.app import create_app
from helpdesk.settings import Surface
from helpdesk.web import languages
from helpdesk.web.time_format import (
    format_duration,
    format_moment,
    format_when_happened,
    format_within_hour,
    part_of_day,
    time_left_with_tone,
)

HOUR = datetime(2026, 11, 22, 11, tzinfo=UTC)


@pytest.fixture
def pages(context):
    """A page of the public door, in English unless its address names another language."""
    app = create_app(context, Surface.PUBLIC)
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
        said = format_when_happened(at)

    assert said == f'<time datetime="{at:%Y-%m-%dT%H:%M:%SZ}">{words}</time>'


@pytest.mark.parametrize(
    ("hour", "words"),
    [
        (0, "in the early hours"),
        (4, "in the early hours"),
        (5, "in the morning"),
        (12, "in the afternoon"),
        (17, "in the afternoon"),
        (18, "in the evening"),
        (23, "in the evening"),
    ],
)
def test_reporters_read_the_day_and_the_part_of_it_and_no_hour(pages, hour, words):
    with pages.test_request_context("/"):
        said = part_of_day(HOUR.replace(hour=hour, minute=41))

    assert said == f'<time datetime="2026-11-22">22 November 2026, {words} (UTC)</time>'


@pytest.mark.parametrize(
    ("language", "day", "words"),
    [
        ("fr", 1, "1er décembre 2026, dans la matinée (UTC)"),
        ("fr", 11, "11 décembre 2026, dans la matinée (UTC)"),
        ("es", 1, "1 de diciembre de 2026"),
        ("pt", 1, "1 de dezembro de 2026"),
    ],
)
def test_the_first_of_a_month_is_written_as_its_language_does(pages, language, day, words):
    with pages.test_request_context("/", environ_overrides={"helpdesk.language": language}):
        said = part_of_day(HOUR.replace(month=12, day=day, hour=8))

    assert f">{words}" in said


def test_pages_of_reporters_name_no_hour_and_those_of_staff_do(context):
    at, words = HOUR + timedelta(minutes=41), "{{ at|when }}"
    for surface in Surface:
        app = create_app(context, surface)
        with app.test_request_context("/"):
            said = app.jinja_env.from_string(words).render(at=at)
        assert ("11:41" in said) is (surface is not Surface.PUBLIC)


def test_a_due_time_on_the_full_hour_is_that_very_moment(pages):
    with pages.test_request_context("/"):
        assert format_moment(HOUR).striptags() == "22 Nov 2026, 11:00 UTC"


def test_what_cannot_have_been_before_a_moment_begins_there(pages):
    with pages.test_request_context("/"):
        said = format_within_hour(HOUR + timedelta(minutes=19)).striptags()

    assert said == "22 Nov 2026, between 11:19 and 12:00 UTC"


@pytest.mark.parametrize("language", ["es", "fr", "ar", "pt"])
def test_it_is_said_in_every_language(pages, language):
    with pages.test_request_context("/", environ_overrides={"helpdesk.language": language}):
        said = format_when_happened(HOUR).striptags()
        assert languages.current_language() == language

    assert "between" not in said
    assert "11:00" in said
    assert "12:00" in said


AMOUNTS = {"day": 1440, "days": 1440, "hour": 60, "hours": 60, "minute": 1, "minutes": 1}


def minutes_in(words):
    """The minutes that English words say."""
    if "less than a minute" in words:
        return 0
    found = re.findall(r"(\d+) (days?|hours?|minutes?)", words)
    return sum(int(number) * AMOUNTS[unit] for number, unit in found)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(minutes=95), "in 1 hour 35 minutes"),
        (timedelta(hours=61), "in 2 days 13 hours"),
        (timedelta(hours=61, minutes=59), "in 2 days 13 hours"),
        (timedelta(hours=23, minutes=59, seconds=59), "in 23 hours 59 minutes"),
        (timedelta(days=1), "in 1 day"),
        (timedelta(minutes=60), "in 1 hour"),
        (timedelta(seconds=119), "in 1 minute"),
        (timedelta(seconds=59), "in less than a minute"),
        (timedelta(0), "in less than a minute"),
        (timedelta(seconds=-1), "1 minute late"),
        (timedelta(minutes=-149), "2 hours 29 minutes late"),
        (timedelta(minutes=-149, seconds=-1), "2 hours 30 minutes late"),
        (timedelta(hours=-61, minutes=-1), "2 days 14 hours late"),
    ],
)
def test_the_time_that_is_left_is_never_said_in_our_favour(pages, left, words):
    with pages.test_request_context("/"):
        assert time_left_with_tone(HOUR + left, HOUR).words == words


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(min_value=-40 * 86400, max_value=40 * 86400))
def test_no_time_is_rounded_in_our_favour_and_none_by_much(pages, seconds):
    with pages.test_request_context("/"):
        said = minutes_in(time_left_with_tone(HOUR + timedelta(seconds=seconds), HOUR).words) * 60

    finest = 3600 if abs(seconds) >= 86400 else 60
    if seconds < 0:
        assert 0 <= said - abs(seconds) < finest
    else:
        assert 0 <= seconds - said < finest


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "in 2 days 1 hour"),
        ("es", "dentro de 2 días y 1 hora"),
        ("fr", "dans 2 jours et 1 heure"),
        ("pt", "em 2 dias e 1 hora"),
        ("ar", "خلال يومين وساعة واحدة"),
    ],
)
def test_two_units_are_said_in_every_language(pages, language, words):
    with pages.test_request_context("/", environ_overrides={"helpdesk.language": language}):
        assert time_left_with_tone(HOUR + timedelta(hours=49), HOUR).words == words


@pytest.mark.parametrize("language", ["en", "es", "fr", "ar", "pt"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(minutes=st.integers(min_value=1, max_value=5000))
def test_every_length_says_its_units_in_every_language(pages, language, minutes):
    """Arabic has words for one and two; every other number of a span stands in it in digits."""
    here = {"helpdesk.language": language}
    with pages.test_request_context("/", environ_overrides=here):
        said = format_duration(timedelta(minutes=minutes))

    hours, rest = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    digits = [int(one) for one in re.findall(r"\d+", said)]
    assert [one for one in digits if one > 2] == [one for one in (days, hours, rest) if one > 2]
    assert "%(" not in said
