"""Moments, and the time that is left, in words. Lists are full of them: each is worded once."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton
from flask_babel import gettext, ngettext
from markupsafe import Markup

from helpdesk.core.markup import dated
from helpdesk.web.languages import language_here

WORDINGS_KEPT = 1024
AN_HOUR = 3600


def moment(at: datetime) -> Markup:
    """22 Nov 2026, 04:05 UTC, as the language of the page writes it."""
    return _moment(language_here(), at)


def in_hour(at: datetime) -> Markup:
    """22 Nov 2026, between 04:00 and 05:00 UTC: what a reporter did is kept to the hour, no closer.

    Where it is known to be later than the full hour, `at` is what it cannot have been before.
    """
    return _in_hour(language_here(), at)


def happened(at: datetime) -> Markup:
    """When something was done, as closely as it was kept: a full hour is never a chance."""
    return in_hour(at) if _is_full_hour(at) else moment(at)


def day(at: datetime) -> Markup:
    """22 November 2026, as the language of the page writes it."""
    return _day(language_here(), at)


@lru_cache(maxsize=WORDINGS_KEPT)
def _moment(language: str, at: datetime) -> Markup:
    return _at_a_time(language, at, f"{at:%H:%M} UTC")


@lru_cache(maxsize=WORDINGS_KEPT)
def _in_hour(language: str, at: datetime) -> Markup:
    end = f"{at.hour + 1:02}:00"  # 24:00 is the end of the same day
    time = gettext("between %(begin)s and %(end)s UTC", begin=f"{at:%H:%M}", end=end)
    return _at_a_time(language, at, time)


def _at_a_time(language: str, at: datetime, time: str) -> Markup:
    if language == "en":  # the day comes first in ours, whatever a country does
        words = f"{at.day} {at:%b %Y}, {time}"
    else:
        both = str(Locale.parse(language).datetime_formats["medium"])
        words = both.format(time, format_skeleton("yMMMd", at, locale=language))
    return dated(f"{at:%Y-%m-%dT%H:%M:%SZ}", words)


def _is_full_hour(at: datetime) -> bool:
    return not (at.minute or at.second or at.microsecond)


@lru_cache(maxsize=WORDINGS_KEPT)
def _day(language: str, at: datetime) -> Markup:
    words = f"{at.day} {at:%B %Y}" if language == "en" else format_date(at, "long", locale=language)
    return dated(f"{at:%Y-%m-%d}", words)


@dataclass(frozen=True)
class Left:
    """What to say of a moment that is due, and in which tone."""

    words: str
    tone: str


def time_left(due: datetime, now: datetime) -> Left:
    """In two hours, or twenty minutes late; near and over have tones of their own."""
    seconds = (due - now).total_seconds()
    tone = "clock-over" if seconds < 0 else "clock-soon" if seconds < AN_HOUR else ""
    return _left(language_here(), int(abs(seconds) // 60), tone)


@lru_cache(maxsize=WORDINGS_KEPT)
def _left(_language: str, minutes: int, tone: str) -> Left:
    return Left(_words(minutes, is_late=tone == "clock-over"), tone)


def _words(minutes: int, *, is_late: bool) -> str:
    if minutes < 1:
        span = gettext("less than a minute")
    elif minutes < 90:
        span = ngettext("%(num)s minute", "%(num)s minutes", minutes)
    elif minutes < 2880:
        span = ngettext("%(num)s hour", "%(num)s hours", round(minutes / 60))
    else:
        span = ngettext("%(num)s day", "%(num)s days", round(minutes / 1440))
    said = gettext("%(span)s late", span=span) if is_late else gettext("in %(span)s", span=span)
    return str(said)
