"""DatabaseClock: the time of every piece of work, which is the database's on all machines.

The database refuses what is written for another time than its own, and a machine's clock may be
wrong: nobody protects NTP on the way. So each process asks the database what time it is, at each
new connection and then now and again, and counts on from there by a clock that nobody sets. A
machine whose clock is wrong works all the same, and says so in its log.
"""

import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

from helpdesk.core.recent_times import CLOCKS_DIFFER

log = logging.getLogger(__name__)

# A connection that is used when so much time has passed asks once more, in seconds.
RENEWED: Final = 10.0
# A machine's own clock that moved by more than this since then was set: then it asks at once.
WAS_SET: Final = 1.0
# It counts on through a machine's sleep, and setting the time does not move it.
COUNTS: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


@dataclass(frozen=True)
class _Reading:
    """What time it was in the database, when our counter and this machine's clock said that."""

    database: datetime
    counter: float
    machine: float


class DatabaseClock:
    """The clock of a process, set by the database's. Until it has asked a database, it is the
    machine's."""

    def __init__(self) -> None:
        self._reading: _Reading | None = None
        self._is_followed = False
        self._is_in_doubt = False
        self._is_apart = False

    def now(self) -> datetime:
        """The database's time, as far as it is known here. Asks nobody."""
        reading = self._reading
        if reading is None:
            return datetime.now(UTC)
        return reading.database + timedelta(seconds=_counter() - reading.counter)

    @property
    def is_stale(self) -> bool:
        """Whether the next connection that is used asks what time it is."""
        reading = self._reading
        if reading is None:
            return self._is_followed or self._is_in_doubt
        passed = _counter() - reading.counter
        was_set = abs(time.time() - reading.machine - passed) > WAS_SET
        return self._is_in_doubt or was_set or passed > RENEWED

    def doubt(self) -> None:
        """The database's own clock may have been set: the next connection that is used asks."""
        self._is_in_doubt = True

    def follow(self, engine: Engine) -> None:
        """Go by the time of this database from now on."""
        self._is_followed = True

        @event.listens_for(engine, "connect")
        def ask_first(connection: Any, _record: Any) -> None:
            self.ask(connection)

        @event.listens_for(engine, "checkout")
        def ask_again(connection: Any, _record: Any, _proxy: Any) -> None:
            if not self.is_stale:
                return
            try:
                self.ask(connection)
            except engine.dialect.loaded_dbapi.Error as gone:
                raise InvalidatePoolError from gone

    def ask(self, connection: Any) -> None:
        """Ask the database at the other end of a connection, outside any transaction."""
        before, in_transactions = _counter(), not connection.autocommit
        if in_transactions:
            connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT clock_timestamp()")
                (told,) = cursor.fetchone()
        finally:
            if in_transactions and not connection.closed:
                connection.autocommit = False
        # It was that time somewhere between the question and the answer.
        after = _counter()
        half = timedelta(seconds=(after - before) / 2)
        self._is_in_doubt = False
        self._reading = _Reading(told.astimezone(UTC) + half, after, time.time())
        self._say_whether_apart()

    def _say_whether_apart(self) -> None:
        by = datetime.now(UTC) - self.now()
        was_apart, self._is_apart = self._is_apart, abs(by) > CLOCKS_DIFFER
        if self._is_apart and not was_apart:
            log.warning(
                "The clock of this machine is %d minutes %s the database’s, by which we go here."
                " Set both.",
                round(abs(by) / timedelta(minutes=1)),
                "ahead of" if by > timedelta(0) else "behind",
            )


def _counter() -> float:
    return time.clock_gettime(COUNTS)
