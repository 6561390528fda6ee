"""The PostgreSQL listener: the database notifies which queue has new work, with the commit that did
it.

Anybody with a role in the database can say so too: a name is but a reason to look.
"""

import logging
import threading
from collections.abc import Callable, Iterator

from psycopg import Connection as Driver
from psycopg import Error as DriverError
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

log = logging.getLogger(__name__)

CHANNEL = "helpdesk_outbox"
# How long one waits before it asks whether the connection is still there.
A_WHILE = 5.0


class PostgresListener(threading.Thread):
    """A thread that calls `hear` for each queue that is notified, for as long as the process
    lives."""

    def __init__(self, engine: Engine, hear: Callable[[str], None], known: frozenset[str]) -> None:
        super().__init__(name="listener", daemon=True)
        self._engine = engine
        self._hear = hear
        self._known = known
        self._leaving = threading.Event()

    def run(self) -> None:
        while not self._leaving.is_set():
            try:
                for queue in self._named():
                    self._tell(queue)
            except (DBAPIError, DriverError) as error:
                log.warning(
                    "Cannot listen to the database (%s); trying again in %g s.",
                    type(error).__name__,
                    A_WHILE,
                )
                self._leaving.wait(A_WHILE)

    def _tell(self, queue: str) -> None:
        try:
            self._hear(queue)
        except Exception as error:  # noqa: BLE001 - whoever cannot be told now hears the next
            log.warning("Nobody could be told of a queue (%s).", type(error).__name__)

    def stop(self) -> None:
        """Stop listening, within a moment."""
        self._leaving.set()

    def _named(self) -> Iterator[str]:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            driver = connection.connection.driver_connection
            if not isinstance(driver, Driver):
                raise TypeError("Only psycopg’s connections can listen.")
            driver.execute(f"LISTEN {CHANNEL}")
            try:
                while not self._leaving.is_set():
                    for note in driver.notifies(timeout=A_WHILE, stop_after=1):
                        if note.payload in self._known:
                            yield note.payload
                    driver.execute("SELECT 1")
            finally:
                connection.invalidate()  # never back into the pool: it would go on listening
