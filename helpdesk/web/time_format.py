"""Formatting times, and the time that is left, in words. Lists are full of them: each is worded
once."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, reduce

from babel import Locale
from babel.dates import format_date, format_skeleton
from flask_babel import gettext, ngettext
from markupsafe import Markup

from helpdesk.core.markup import time_element
from helpdesk.web.languages import current_language

WORDINGS_KEPT = 1024
AN_HOUR = 3600
A_DAY = 24 * 60  # in minutes
MORNING, AFTERNOON, EVENING = 5, 12, 18  # the hours at which they begin


def format_moment(at: datetime) -> Markup:
    """Format a time as the language of the page writes it: 22 Nov 2026, 04:05 UTC."""
    return _moment(current_language(), at)


def format_within_hour(at: datetime) -> Markup:
    """Format a time to the hour, as what a reporter did is kept no closer: 22 Nov 2026, between
    04:00 and 05:00 UTC.

    Where it is known to be later than the full hour, `at` is what it cannot have been before.
    """
    return _in_hour(current_language(), at)


def format_when_happened(at: datetime) -> Markup:
    """Format when something was done, as closely as it was kept: a full hour is never a chance."""
    return format_within_hour(at) if _is_full_hour(at) else format_moment(at)


def part_of_day(at: datetime) -> Markup:
    """Format the part of a day: 22 November 2026, in the morning (UTC)."""
    return _part_of_day(current_language(), at)


def format_day(at: datetime) -> Markup:
    """Format a day as the language of the page writes it: 22 November 2026."""
    return _day(current_language(), at)


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
        on = format_skeleton("yMMMd", at, locale=language)
        words = both.format(time, _as_ordinal(language, on))
    return time_element(f"{at:%Y-%m-%dT%H:%M:%SZ}", words)


def _is_full_hour(at: datetime) -> bool:
    return not (at.minute or at.second or at.microsecond)


@lru_cache(maxsize=WORDINGS_KEPT)
def _day(language: str, at: datetime) -> Markup:
    if language == "en":
        words = f"{at.day} {at:%B %Y}"
    else:
        words = _as_ordinal(language, format_date(at, "long", locale=language))
    return time_element(f"{at:%Y-%m-%d}", words)


def _as_ordinal(language: str, day: str) -> str:
    """The first of a month is "1er décembre" in French, which the locale data don't write."""
    return day.replace("1 ", "1er ", 1) if language == "fr" and day.startswith("1 ") else day


@lru_cache(maxsize=WORDINGS_KEPT)
def _part_of_day(language: str, at: datetime) -> Markup:
    on = _day(language, at).striptags()
    if at.hour < MORNING:
        words = gettext("%(day)s, in the early hours (UTC)", day=on)
    elif at.hour < AFTERNOON:
        words = gettext("%(day)s, in the morning (UTC)", day=on)
    elif at.hour < EVENING:
        words = gettext("%(day)s, in the afternoon (UTC)", day=on)
    else:
        words = gettext("%(day)s, in the evening (UTC)", day=on)
    return time_element(f"{at:%Y-%m-%d}", words)


@dataclass(frozen=True)
class TimeLeft:
    """The time left until something is due: what to say of it, and in which tone."""

    words: str
    tone: str
    # The length of time alone; empty below a minute.
    span: str

    @property
    def is_now(self) -> bool:
        """Whether less than a minute is left."""
        return not self.span


def time_left_with_tone(due: datetime, now: datetime) -> TimeLeft:
    """The time left until something is due, as words in the page’s language and a tone."""
    seconds = (due - now).total_seconds()
    tone = "clock-over" if seconds < 0 else "clock-soon" if seconds < AN_HOUR else ""
    minutes = math.ceil(-seconds / 60) if seconds < 0 else int(seconds // 60)
    return _left(current_language(), minutes, tone)


def format_duration(of: timedelta) -> str:
    """Format a length of time as it is, to the minute: 2 days 13 hours."""
    return _length(current_language(), int(of.total_seconds() // 60))


@lru_cache(maxsize=WORDINGS_KEPT)
def _left(_language: str, minutes: int, tone: str) -> TimeLeft:
    is_late = tone == "clock-over"
    if minutes >= A_DAY:  # to the hour
        minutes = 60 * (math.ceil(minutes / 60) if is_late else minutes // 60)
    span = _span(minutes)
    said = gettext("%(span)s late", span=span) if is_late else gettext("in %(span)s", span=span)
    return TimeLeft(str(said), tone, span if minutes else "")


@lru_cache(maxsize=WORDINGS_KEPT)
def _length(_language: str, minutes: int) -> str:
    return _span(minutes)


def _span(minutes: int) -> str:
    """Of days, hours and minutes, those that are there."""
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [
        ngettext("%(num)s day", "%(num)s days", days) if days else "",
        ngettext("%(num)s hour", "%(num)s hours", hours) if hours else "",
        ngettext("%(num)s minute", "%(num)s minutes", minutes) if minutes else "",
    ]
    said = [part for part in parts if part] or [gettext("less than a minute")]
    return reduce(lambda one, more: gettext("%(one)s %(more)s", one=one, more=more), said)
