"""Moments, and the time that is left, in words. Lists are full of them: each is worded once."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton
from flask_babel import gettext, ngettext

from helpdesk.web.languages import language_here

WORDINGS_KEPT = 1024
AN_HOUR = 3600


@dataclass(frozen=True)
class Spelt:
    """A moment for a machine and for a person."""

    for_machines: str
    words: str


def spelt(at: datetime) -> Spelt:
    """22 Nov 2026, 04:05 UTC, as the language of the page writes it."""
    return _spelt(language_here(), at)


def spelt_day(at: datetime) -> Spelt:
    """22 November 2026, as the language of the page writes it."""
    return _spelt_day(language_here(), at)


@lru_cache(maxsize=WORDINGS_KEPT)
def _spelt(language: str, at: datetime) -> Spelt:
    for_machines = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    if language == "en":  # the day comes first in ours, whatever a country does
        return Spelt(for_machines, f"{at.day} {at:%b %Y, %H:%M} UTC")
    day = format_skeleton("yMMMd", at, locale=language)
    both = str(Locale.parse(language).datetime_formats["medium"])
    return Spelt(for_machines, both.format(f"{at:%H:%M} UTC", day))


@lru_cache(maxsize=WORDINGS_KEPT)
def _spelt_day(language: str, at: datetime) -> Spelt:
    if language == "en":
        return Spelt(f"{at:%Y-%m-%d}", f"{at.day} {at:%B %Y}")
    return Spelt(f"{at:%Y-%m-%d}", format_date(at, "long", locale=language))


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
