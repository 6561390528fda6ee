"""The volume of recent intake: when it is a crowd, and when there is no room left.

The database counts, by five minutes and for two days: numbers, and nothing of who sent what.
"""

import time
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, text

from helpdesk.core.errors import DailyQuotaUsedUp
from helpdesk.core.work import Work

# So many reports in ten minutes are a crowd; a helpdesk has a few in an hour.
CROWD: Final = 20
# How long a process believes what it has read, in seconds.
BELIEVED: Final = 2.0
# The second lane may take so much of the quota: who floods in haste closes the door to nobody else.
SECOND_LANES_PERCENT: Final = 50
MEGABYTE: Final = 1_000_000
# What was counted for a time to come was counted while the clock was ahead: it is of no crowd now.
LOAD: Final = text(
    "SELECT coalesce(sum(reports) FILTER (WHERE at > now() - interval '10 minutes'), 0), "
    "coalesce(sum(reports), 0), coalesce(sum(bytes), 0), "
    "coalesce(sum(bytes) FILTER (WHERE in_slow_lane), 0) "
    "FROM intake_load WHERE at > now() - interval '24 hours' AND at <= now() + interval '5 minutes'"
)


@dataclass(frozen=True)
class IntakeVolume:
    """The volume of recent intake: reports in ten minutes, and in a day; and the bytes of that day,
    by lane."""

    lately: int
    reports: int
    bytes: int
    bytes_of_second_lane: int

    @property
    def is_flood(self) -> bool:
        return self.lately >= CROWD

    @property
    def megabytes(self) -> int:
        return self.bytes // MEGABYTE

    def percent_of(self, quota: int) -> int:
        """How much of a quota in megabytes is used up."""
        return 100 * self.bytes // (quota * MEGABYTE)

    def has_room(self, quota: int, *, in_second_lane: bool = False) -> bool:
        """Whether one more may be stored."""
        share = quota * MEGABYTE * SECOND_LANES_PERCENT // 100
        if in_second_lane and self.bytes_of_second_lane >= share:
            return False
        return self.bytes < quota * MEGABYTE


# For each database that this process talks to, of which there is one outside of tests.
_read: WeakKeyDictionary[Engine | Connection, tuple[float, IntakeVolume]] = WeakKeyDictionary()


def current_intake_volume(work: Work) -> IntakeVolume:
    """Load the volume that the database has counted until now."""
    return IntakeVolume(*(int(number) for number in work.session.execute(LOAD).one()))


def refuse_if_day_volume_full(work: Work, quota: int) -> None:
    """Raise DailyQuotaUsedUp if the day's reports have used up the quota, in megabytes."""
    if not cached_intake_volume(work).has_room(quota):
        raise DailyQuotaUsedUp


def cached_intake_volume(work: Work) -> IntakeVolume:
    """The volume as it was a moment ago: a report must not wait for one more look."""
    database, now = work.session.get_bind(), time.monotonic()
    if database not in _read or now - _read[database][0] >= BELIEVED:
        _read[database] = (now, current_intake_volume(work))
    return _read[database][1]
