"""Moments, and the time that is left, in words. Lists are full of them: each is worded once."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from flask_babel import get_locale, gettext, ngettext

WORDINGS_KEPT = 1024
AN_HOUR = 3600


@dataclass(frozen=True)
class Spelt:
    """A moment for a machine and for a person."""

    for_machines: str
    words: str


@lru_cache(maxsize=WORDINGS_KEPT)
def spelt(at: datetime) -> Spelt:
    """22 Nov 2026, 04:05 UTC."""
    return Spelt(f"{at:%Y-%m-%dT%H:%M:%SZ}", f"{at.day} {at:%b %Y, %H:%M} UTC")


@dataclass(frozen=True)
class Left:
    """What to say of a moment that is due, and in which tone."""

    words: str
    tone: str


def time_left(due: datetime, now: datetime) -> Left:
    """In two hours, or twenty minutes late; near and over have tones of their own."""
    seconds = (due - now).total_seconds()
    tone = "clock-over" if seconds < 0 else "clock-soon" if seconds < AN_HOUR else ""
    return Left(_words(str(get_locale()), int(abs(seconds) // 60), is_late=seconds < 0), tone)


@lru_cache(maxsize=WORDINGS_KEPT)
def _words(_locale: str, minutes: int, *, is_late: bool) -> str:
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
