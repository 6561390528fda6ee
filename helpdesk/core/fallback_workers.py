"""Fallback workers: threads of the ticker that run due jobs where no worker does.

A mail server may take minutes for a letter. In a tick that would keep history from being chained,
and all that is due from being begun.
"""

import logging
import threading
import time
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError

from helpdesk.core.ticker_lease import LeaseLost

log = logging.getLogger(__name__)


class FallbackWorkers:
    """Runs due jobs in one thread for each queue. Where it is still at work, the queue is left to
    it."""

    def __init__(self) -> None:
        self._threads: dict[str, threading.Thread] = {}

    def start(self, queue: str, work: Callable[[], object]) -> bool:
        """Do the work in the queue's thread, and come back at once; False if it is busy."""
        if (running := self._threads.get(queue)) is not None and running.is_alive():
            return False
        thread = threading.Thread(
            target=_run, args=(work,), name=f"fallback worker of {queue}", daemon=True
        )
        self._threads[queue] = thread
        thread.start()
        return True

    def join(self, seconds: float) -> None:
        """Let what was begun come to its end, but for no longer than that."""
        until = time.monotonic() + seconds
        for thread in self._threads.values():
            thread.join(max(until - time.monotonic(), 0.0))


def _run(work: Callable[[], object]) -> None:
    try:
        work()
    except LeaseLost:
        log.warning("Another ticker has taken over; it does the work of the workers now.")
    except DBAPIError as error:
        log.warning("The work of a worker was broken off: %s", type(error).__name__)
