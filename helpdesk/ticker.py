"""The ticker: finds what is due, whether or not anybody was told, and chains history.

One ticks, held by a lock in the database; others stand by. All of them listen to the database, and
wake the workers for what it says: no process of pages knows where Redis is. With Redis away, or a
worker that does not come, the ticker performs the promises itself: slower, but they are kept.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError

from helpdesk.adapters.listening import Listener
from helpdesk.core import history, outbox, performing
from helpdesk.core.desk import Desk
from helpdesk.core.jobs import Queue

log = logging.getLogger(__name__)

TICKER_LOCK = 7_243_002
TICK = 10.0
# Two ticks are never closer than that, however often somebody says that there is work.
SHORTEST_REST = 0.5
PATIENCE = timedelta(minutes=2)


def tick_for_ever(desk: Desk, engine: Engine) -> None:
    """Tick while we hold the lock; stand by while somebody else does, or the database is away."""
    nobody_came = threading.Event()

    def wake(queue: str) -> None:
        if not desk.bell.ring(queue):
            nobody_came.set()

    Listener(engine, wake, frozenset(Queue)).start()
    while True:
        try:
            with _held(engine) as connection:
                while _still_there(connection):
                    nobody_came.clear()
                    tick(desk)
                    time.sleep(SHORTEST_REST)
                    nobody_came.wait(TICK - SHORTEST_REST)
        except DBAPIError:
            log.warning("The database cannot be reached; trying again in %g s.", TICK)
        time.sleep(TICK)


def tick(desk: Desk, *, at: datetime | None = None) -> None:
    """Chain history; call the workers for what is due; do what they did not come for.

    History comes first, and the rest has an end: whatever floods us, what was done is witnessed.
    """
    moment = at or datetime.now(UTC)
    if desk.service is not None:
        with desk.begin(at=moment) as work:
            history.link(work.session, at=moment, signer=desk.service)
    with desk.begin(at=moment) as work:
        due = outbox.queues_with_due_work(work.session, at=moment)
        overdue = outbox.queues_with_due_work(work.session, at=moment - PATIENCE)
    for queue in due:
        if not desk.bell.ring(queue) or queue in overdue:
            performing.drain(desk, queue, at=at, seconds=performing.IN_A_TICK / len(due))


@contextmanager
def _held(engine: Engine) -> Iterator[Connection]:
    """A connection that holds the ticker's lock for as long as it lives."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.scalar(select(func.pg_try_advisory_lock(TICKER_LOCK))):
            time.sleep(TICK)
        try:
            yield connection
        finally:
            connection.invalidate()  # the lock ends with the connection, never in the pool


def _still_there(connection: Connection) -> bool:
    """Raises when the connection, and the lock with it, is gone."""
    return connection.scalar(select(1)) == 1
