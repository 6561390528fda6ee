"""Lock watcher: ends a session that keeps others from working by the locks that it holds.

All sessions share one table of locks. Whoever opens savepoint in savepoint, and writes a row in
each, fills it with one connection, and then nobody writes anything and nobody connects. No right
prevents that, and no limit of a role's own: it can set those. So the watcher looks every second,
with a connection from before, and keeps that when it is told that there is no room: a new one is
what nobody gets then. It also ends who asks for locks that no process of ours asks for, and who
keeps others waiting too long, fills the disk with temporary files, or never ends a statement.
"""

import logging
import threading
import time
from typing import Final

from psycopg import Connection as Driver
from psycopg import Error as DriverError
from psycopg.errors import OutOfMemory
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)

LOOKS_EVERY: Final = 1.0
# How long one waits before it connects again.
A_WHILE: Final = 5.0
# For how many seconds nothing more is told of a role, however often its sessions are ended.
TOLD_FOR: Final = 3600.0
# A superuser makes it: `database_hardening`.
END: Final = "SELECT role, locks FROM end_lock_hoarders()"


class LockWatcher(threading.Thread):
    """Looks for as long as the process lives, and remembers whose sessions were ended."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(name="lock watcher", daemon=True)
        self._engine = engine
        self._leaving = threading.Event()
        self._untold: dict[str, int] = {}
        self._told_at: dict[str, float] = {}

    def run(self) -> None:
        while not self._leaving.is_set():
            try:
                self._watch()
            except (SQLAlchemyError, DriverError) as error:
                log.warning(
                    "Cannot check who takes too much of the database (%s); trying again in %g s.",
                    type(error).__name__,
                    A_WHILE,
                )
                self._leaving.wait(A_WHILE)

    def stop(self) -> None:
        """Stop looking, within a moment."""
        self._leaving.set()

    def end_lock_hoarders(self, driver: Driver) -> None:
        """End who keeps others from working by locks; safe to do at any time."""
        try:
            ended = driver.execute(END).fetchall()
        except OutOfMemory:
            log.warning("The database has no room for locks, and it could not be seen whose fault.")
            return
        most: dict[str, int] = {}
        for role, locks in ended:
            most[role] = max(locks, most.get(role, 0))
        for role, locks in most.items():
            log.warning(
                "A session of %s was ended: it took too much of the database (it held %d locks).",
                role,
                locks,
            )
            if time.monotonic() - self._told_at.get(role, -TOLD_FOR) >= TOLD_FOR:
                self._untold[role] = max(locks, self._untold.get(role, 0))

    def unreported_sessions(self) -> dict[str, int]:
        """Whose sessions were ended and how many locks they held, as long as nobody was told."""
        return dict(self._untold)

    def mark_session_reported(self, role: str) -> None:
        """It is written down: say no more of this role for an hour."""
        self._told_at[role] = time.monotonic()
        self._untold.pop(role, None)

    def _watch(self) -> None:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            driver = connection.connection.driver_connection
            if not isinstance(driver, Driver):
                raise TypeError("Only psycopg’s connections are known here.")
            while not self._leaving.wait(LOOKS_EVERY):
                self.end_lock_hoarders(driver)
