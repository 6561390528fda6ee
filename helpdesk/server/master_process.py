"""The master process: it holds the socket and the loaded pages, and keeps so many processes
serving."""

import gc
import logging
import os
import select
import signal
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from helpdesk.server import server_limits
from helpdesk.server.heartbeats import Heartbeat
from helpdesk.server.serving_process import serve_until_stopped

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = logging.getLogger(__name__)
GLANCE = 0.5
# A process that ends sooner than this did not end of old age.
SHORT_LIFE = 5.0
PAUSE = 1.0
STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass
class _Child:
    pid: int
    sign: Heartbeat
    born_at: float = field(default_factory=time.monotonic)


class MasterProcess:
    """The master of so many processes on one socket; one that dies, hangs or has served enough is
    replaced."""

    def __init__(
        self,
        application: "WSGIApplication",
        listener: socket.socket,
        *,
        processes: int,
        threads: int,
    ) -> None:
        self._application = application
        self._listener = listener
        self._wanted = processes
        self._threads = threads
        self._children: dict[int, _Child] = {}
        self._not_before = 0.0
        self._wishes: list[int] = []
        self._ear, self._mouth = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def run(self) -> None:
        """Serve until a signal says to stop; then let each process finish what it has begun."""
        _share_what_is_loaded()
        signal.set_wakeup_fd(self._mouth, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        for number in STOPS:
            signal.signal(number, lambda number, _frame: self._wishes.append(number))
        while not self._wishes:
            self._collect()
            self._end_the_silent()
            self._fill_up()
            self._rest()
        self._stop()

    def _fill_up(self) -> None:
        staying = sum(not child.sign.is_leaving for child in self._children.values())
        for _ in range(self._wanted - staying):
            if time.monotonic() >= self._not_before:
                self._fork()

    def _fork(self) -> None:
        master = os.getpid()
        # A child is born with the master's handlers. A signal that found it before it has its own
        # would be noted in a list that the child never looks at, and it would not stop.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
        try:
            sign = Heartbeat()
            pid = os.fork()
        except OSError:  # this machine has no room for another; those who serve go on
            log.error("Another server process could not be started; trying again in %g s.", PAUSE)
            self._not_before = time.monotonic() + PAUSE
        else:
            if pid == 0:
                self._become_a_child(sign, master)
            self._children[pid] = _Child(pid, sign)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)

    def _become_a_child(self, sign: Heartbeat, master: int) -> NoReturn:
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # the master decides who stops when
            for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
            os.close(self._ear)
            os.close(self._mouth)
            serve_until_stopped(self._application, self._listener, self._threads, sign, master)
            code = 0
        except BaseException as error:  # noqa: BLE001 - this process ends here, whatever it was
            log.error("A server process failed: %s", type(error).__name__)
        finally:
            os._exit(code)  # what the master will do at its end is not ours

    def _collect(self) -> None:
        """Notice who has ended."""
        for pid, child in list(self._children.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if not ended:
                continue
            del self._children[pid]
            child.sign.close()
            if status and not self._wishes:
                log.error("A server process stopped (%s); starting another.", status)
                if time.monotonic() - child.born_at < SHORT_LIFE:
                    self._not_before = time.monotonic() + PAUSE

    def _end_the_silent(self) -> None:
        for pid, child in self._children.items():
            patience = (
                server_limits.SHUTDOWN_TIMEOUT * 2
                if child.sign.is_leaving
                else server_limits.STUCK_TIMEOUT
            )
            if child.sign.age > patience:
                log.error("A server process did not respond and was stopped.")
                os.kill(pid, signal.SIGKILL)

    def _rest(self) -> None:
        """Until a child ends or a signal comes, but not for long."""
        select.select([self._ear], [], [], GLANCE)
        with suppress(BlockingIOError):
            while os.read(self._ear, 512):
                pass

    def _stop(self) -> None:
        for pid in self._children:
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + server_limits.SHUTDOWN_TIMEOUT + 1
        while self._children and time.monotonic() < deadline:
            self._collect()
            self._rest()
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)
        for pid in self._children:
            os.waitpid(pid, 0)


def _share_what_is_loaded() -> None:
    """Before the first process is forked: what is loaded stays shared, in every process.

    What a page makes is gone with it. To look for what is not, several times in each page, takes a
    twentieth of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
