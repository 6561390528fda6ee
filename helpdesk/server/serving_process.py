"""A serving process: it answers until it is told to stop, has answered enough, or is stuck."""

import logging
import os
import random
import signal
import socket
import time
from typing import TYPE_CHECKING

from helpdesk.server import server_limits
from helpdesk.server.heartbeats import Heartbeat
from helpdesk.server.page_server import PageServer, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = logging.getLogger(__name__)
GLANCE = 0.5


class PrivateDataLogFilter(logging.Filter):
    """A log filter that drops private data: Waitress names addresses, paths and the words of
    errors."""

    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.exc_info[0] if record.exc_info else None
        record.msg = "The server could not finish a request or a connection (%s)."
        record.args = (kind.__name__ if kind else record.levelname.lower(),)
        record.exc_info = record.exc_text = None
        return True


def serve_until_stopped(
    application: "WSGIApplication",
    listener: socket.socket,
    threads: int,
    heartbeat: Heartbeat,
    master: int,
) -> None:
    """Serve requests until there is a reason to end, or until the master (its pid) is gone.

    Called in a fresh child of the master.
    """
    random.seed()
    logging.getLogger("waitress").addFilter(PrivateDataLogFilter())
    logging.getLogger("waitress.queue").setLevel(logging.CRITICAL)  # waiting is no event
    wishes: list[int] = []
    server = make_server(application, listener, threads)
    signal.signal(signal.SIGTERM, lambda number, _frame: wishes.append(number))
    enough = server_limits.MAX_ANSWERS + random.randrange(server_limits.MAX_ANSWERS_JITTER)  # noqa: S311 - no secret
    while not wishes and server.answers < enough and os.getppid() == master:
        heartbeat.beat()
        if server.is_stuck():
            log.error(
                "Every thread is stuck. This process is stopping and another takes its place."
            )
            os._exit(1)
        server.poll_once(GLANCE)
    heartbeat.mark_leaving()
    _finish(server)


def _finish(server: PageServer) -> None:
    """Answer those who are here, and nobody who comes now: the others take them."""
    server.stop_accepting()
    deadline = time.monotonic() + server_limits.SHUTDOWN_TIMEOUT
    while not server.is_empty() and time.monotonic() < deadline:
        server.poll_once(GLANCE / 10)
    server.task_dispatcher.shutdown(timeout=1)
