"""Plausible days: a future or past day that people can mean, not a slip of the year. Days are
counted in UTC."""

from datetime import date, datetime, timedelta
from typing import Final

AHEAD: Final = timedelta(days=366)
BACK: Final = timedelta(days=5 * 366)


def is_plausible_future_day(day: date, *, today: date) -> bool:
    """Whether this day is plausible for something that is to happen."""
    return today < day <= today + AHEAD


def is_plausible_past_day(day: date, *, today: date) -> bool:
    """Whether this day is plausible for something that has happened."""
    return today - BACK <= day <= today


def format_plain_day(day: date) -> str:
    """A day as plain text: 29 November 2026."""
    return f"{day.day} {day:%B %Y}"


def format_plain_moment(at: datetime) -> str:
    """A moment as plain text, as `moment` shows it on a page."""
    return f"{at.day} {at:%b %Y, %H:%M} UTC"
