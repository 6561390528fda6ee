"""Response times of partners by priority: what we ask for where nothing else was agreed."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)

# So many days are still said in hours: people count what is that near by the clock.
HOURS_UP_TO: Final = 3
# Until a first sign: an acknowledgement, a question or a decision.
ANSWER_WITHIN: Final = {"p1": 2 * _HOUR, "p2": 12 * _HOUR, "p3": 2 * _DAY, "p4": 5 * _DAY}
# Until a decision, counted from when the request was carried to them.
DECIDE_WITHIN: Final = {"p1": 24 * _HOUR, "p2": 72 * _HOUR, "p3": 14 * _DAY, "p4": 30 * _DAY}


def response_times_in_seconds(times: dict[str, timedelta]) -> dict[str, int]:
    """Response times in whole seconds, by priority."""
    return {priority: int(time.total_seconds()) for priority, time in times.items()}


def time_in_words(time: timedelta) -> str:
    """A response time as people read it: whole days where it is more than three, or else hours."""
    days, rest = divmod(time, _DAY)
    if not rest and days > HOURS_UP_TO:
        return f"{days} days"
    hours = time // _HOUR
    return "1 hour" if hours == 1 else f"{hours} hours"


def is_time_zone(name: str) -> bool:
    """Whether this is the name of a time zone, such as Europe/Lisbon."""
    return name in _zones()


@cache
def _zones() -> frozenset[str]:
    """Read once in a process: finding them opens some six hundred files."""
    return frozenset(available_timezones())


def format_in_both_zones(at: datetime, zone: str) -> str:
    """Format a time in UTC and in the partner's zone: 29 Nov 2026, 14:00 UTC (15:00 in
    Europe/Berlin)."""
    at = at.astimezone(UTC)
    ours = f"{at.day} {at:%b %Y}, {at:%H:%M} UTC"
    if zone == "UTC" or not is_time_zone(zone):
        return ours
    there = at.astimezone(ZoneInfo(zone))
    day = "" if there.date() == at.date() else f"{there.day} {there:%b}, "
    return f"{ours} ({day}{there:%H:%M} in {zone})"
