"""Working time of a partner: how long a response time takes by the days and hours at which they
work, and by the public holidays where they are.

A day of a response time is one of their working days. Hours count while they are there, and those
left over never make more than one working day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays

A_DAY: Final = timedelta(days=1)
# Further than this, in days, nothing is looked up: what is not done by then counts by the clock.
LOOKED_AHEAD: Final = 800
KEPT: Final = 64


@dataclass(frozen=True)
class WorkingCalendar:
    """The days and hours at which a partner works, in its own zone.

    Over midnight where it closes before it opens; all day where both are the same. `country` is a
    code of ISO 3166-1 and `subdivision` what follows it in ISO 3166-2; empty: no public holidays.
    """

    timezone: str
    weekdays: frozenset[int]
    opens: time
    closes: time
    country: str = ""
    subdivision: str = ""

    @property
    def length_of_day(self) -> timedelta:
        """How long they work on a working day."""
        there = _since_midnight(self.closes) - _since_midnight(self.opens)
        return there if there > timedelta(0) else there + A_DAY

    def is_working_day(self, day: date) -> bool:
        """Whether they open on this day."""
        is_holiday = self.country and day in _public_holidays(
            self.country, self.subdivision, day.year
        )
        return day.isoweekday() in self.weekdays and not is_holiday

    def _hours_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """From when until when they are there after `start`, in UTC. It begins with the day before:
        its night may not be over."""
        zone = ZoneInfo(self.timezone)
        first, reached = start.astimezone(zone).date() - A_DAY, start
        for number in range(LOOKED_AHEAD):
            day = first + number * A_DAY
            if not self.is_working_day(day):
                continue
            until = day if self.closes > self.opens else day + A_DAY
            opens = datetime.combine(day, self.opens, zone).astimezone(UTC)
            closes = datetime.combine(until, self.closes, zone).astimezone(UTC)
            if closes > max(opens, reached):
                yield max(opens, reached), closes
                reached = closes


def add_working_time(
    calendar: WorkingCalendar, start: datetime, span: timedelta, *, used: timedelta = timedelta(0)
) -> datetime:
    """Add a response time to a moment, counted in working time, less the working time that they
    have `used` of it before. Never before `start`, and never earlier for a longer span."""
    days, rest = divmod(span, A_DAY)
    length = calendar.length_of_day
    left = days * length + min(rest, length) - used
    if left <= timedelta(0):
        return start
    for begins, closes in calendar._hours_from(start):
        if left <= closes - begins:
            return begins + left
        left -= closes - begins
    return start + max(span, LOOKED_AHEAD * A_DAY)


def working_time_between(calendar: WorkingCalendar, start: datetime, end: datetime) -> timedelta:
    """How much working time there is between two moments."""
    there = timedelta(0)
    for begins, closes in calendar._hours_from(start):
        if begins >= end:
            break
        there += min(closes, end) - begins
    return there


def has_public_holidays(country: str, subdivision: str = "") -> bool:
    """Whether the public holidays of a country, or of a part of it, are known."""
    known = _known_countries()
    return country in known and (not subdivision or subdivision in known[country])


def countries_with_holidays() -> list[str]:
    """The codes of countries whose public holidays are known."""
    return sorted(one for one in _known_countries() if len(one) == 2)


def subdivisions_of(country: str) -> list[str]:
    """The codes of the parts of a country that have public holidays of their own."""
    return sorted(_known_countries().get(country, []))


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)


@lru_cache(maxsize=1)
def _known_countries() -> dict[str, list[str]]:
    return holidays.list_supported_countries(include_aliases=False)


@lru_cache(maxsize=KEPT)
def _public_holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))
