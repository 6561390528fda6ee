"""Lock watcher: ends a session that keeps others from working by the locks that it holds.

All sessions share one table of locks. Whoever opens savepoint in savepoint, and writes a row in
each, fills it with one connection, and then nobody writes anything and nobody connects. No right
prevents that, and no limit of a role's own: it can set those. So the watcher looks every second,
with a connection from before, and keeps that when it is told that there is no room: a new one is
what nobody gets then. It also ends who asks for locks that no process of ours asks for, and who
keeps others waiting too long, fills the disk with temporary files, or never ends a statement or a
transaction.
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

from helpdesk.core.ended_database_sessions import EndedSession, SessionEndReason

log = logging.getLogger(__name__)

LOOKS_EVERY: Final = 1.0
# How long one waits before it connects again.
A_WHILE: Final = 5.0
# For how many seconds nothing more is told of a role, however often its sessions are ended.
TOLD_FOR: Final = 3600.0
# A superuser makes it: `database_hardening`.
END: Final = "SELECT role, reason, locks FROM end_lock_hoarders()"
REASONS: Final = list(SessionEndReason)


class LockWatcher(threading.Thread):
    """Watches locks for as long as the process lives, ends sessions that keep others waiting, and
    remembers whose."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(name="lock watcher", daemon=True)
        self._engine = engine
        self._leaving = threading.Event()
        self._untold: dict[str, EndedSession] = {}
        # What was told of a role, and when.
        self._told: dict[str, tuple[EndedSession, float]] = {}

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
            log.warning(
                "The database has no room left for locks, and we couldn’t see what was using it."
            )
            return
        worst: dict[str, EndedSession] = {}
        for role, reason, locks in ended:
            _keep_worst(worst, role, EndedSession(_reason_of(reason), locks))
        for role, session in worst.items():
            log.warning(
                "A session of %s was ended (%s): it took too much of the database, and held %d"
                " locks.",
                role,
                session.reason.value,
                session.locks,
            )
            if self._is_news(role, session):
                _keep_worst(self._untold, role, session)

    def unreported_sessions(self) -> dict[str, EndedSession]:
        """Whose sessions were ended, and of each role the one that is least likely ours, as long as
        nobody was told."""
        return dict(self._untold)

    def mark_session_reported(self, role: str, session: EndedSession) -> None:
        """It is written down: for an hour say no more of this role but what is less likely ours."""
        self._told[role] = (session, time.monotonic())
        if role in self._untold and not self._is_news(role, self._untold[role]):
            del self._untold[role]

    def _is_news(self, role: str, session: EndedSession) -> bool:
        if role not in self._told:
            return True
        told, at = self._told[role]
        is_worse = told.reason.may_be_ours and not session.reason.may_be_ours
        return is_worse or time.monotonic() - at >= TOLD_FOR

    def _watch(self) -> None:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            driver = connection.connection.driver_connection
            if not isinstance(driver, Driver):
                raise TypeError("Only psycopg’s connections are known here.")
            while not self._leaving.wait(LOOKS_EVERY):
                self.end_lock_hoarders(driver)


def _reason_of(told: str) -> SessionEndReason:
    """What the database says; of a later version's word we know only that it was none of ours."""
    return SessionEndReason(told) if told in REASONS else SessionEndReason.UNKNOWN


def _keep_worst(of: dict[str, EndedSession], role: str, session: EndedSession) -> None:
    """Keep, of two sessions of a role, the one that is less likely to be ours."""
    of[role] = min(
        (session, of.get(role, session)), key=lambda one: (REASONS.index(one.reason), -one.locks)
    )
