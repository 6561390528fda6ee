"""Which days people can mean: a slip of the year is not one of them. Days are counted in UTC."""

from datetime import date, datetime, timedelta
from typing import Final

AHEAD: Final = timedelta(days=366)
BACK: Final = timedelta(days=5 * 366)


def is_plausible_future_day(day: date, *, today: date) -> bool:
    """Whether somebody can mean this day for something that is to happen."""
    return today < day <= today + AHEAD


def is_plausible_past_day(day: date, *, today: date) -> bool:
    """Whether somebody can mean this day for something that has happened."""
    return today - BACK <= day <= today


def format_plain_day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def format_plain_moment(at: datetime) -> str:
    """As `moment` shows it on a page, for a sentence that is only words."""
    return f"{at.day} {at:%b %Y, %H:%M} UTC"
