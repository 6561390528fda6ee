"""The RQ worker of a queue: Redis only wakes it, and it takes its jobs from the outbox.

RQ runs any function that is named in Redis, calls back whom a job names, fetches addresses, obeys
commands. Whoever can write there would be the worker. So this one reads nothing there but one list,
and of that one word: no job, no registry, no channel, no setting. What it does was said when it was
started.
"""

import logging
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

from redis import Redis
from redis.exceptions import ResponseError
from rq import Queue as RedisQueue
from rq import Worker as RedisWorker
from rq.exceptions import DequeueTimeout
from rq.job import Job as RedisJob
from rq.worker.base import WorkerStatus

from helpdesk.adapters.queue_notifier import LOOK
from helpdesk.core import job_runner

log = logging.getLogger(__name__)

# True when all that was due is done; False when there is more, and it wants to be asked again.
Look = Callable[[str], bool]

LONGEST_WAIT = 60
AFTER_NONSENSE = 1.0
DONE, MORE, FAILED = 0, 75, 70


class WakeUpJob(RedisJob):
    """The one RQ job that wakes a worker; none of it is stored in Redis."""


class WakeUpQueue(RedisQueue):
    """The RQ queue with the wake-ups of a queue of ours."""

    @classmethod
    def dequeue_any(
        cls,
        queues: Any,
        timeout: int | None,
        connection: "Redis",
        *_: Any,
        **__: Any,
    ) -> Any:
        """Wait for a wake-up. Other words are thrown away unread; all at once, if many came."""
        [queue] = queues
        while True:
            word = cls._next(connection, queue.key, timeout)
            if word is None:
                return None
            others_rang = cls._empty(connection, queue.key)
            if word == LOOK.encode() or others_rang:
                return WakeUpJob(id=LOOK, connection=connection), queue
            log.warning("The list of %s held something that is not a wake-up call.", queue.name)
            if timeout is not None:
                time.sleep(AFTER_NONSENSE)

    @staticmethod
    def _next(connection: "Redis", key: str, timeout: int | None) -> bytes | None:
        """One word; None if there is none and nobody wants to wait."""
        try:
            if timeout is None:
                word: Any = connection.lpop(key)
                return None if word is None else bytes(word)
            found: Any = connection.blpop([key], timeout)
        except ResponseError:  # it is no list: somebody put something else in its place
            connection.delete(key)
            return b""
        if found is None:
            raise DequeueTimeout(timeout, key)
        return bytes(found[1])

    @staticmethod
    def _empty(connection: "Redis", key: str) -> bool:
        """Take all that waits: one look answers every wake-up. Whether there was one among it."""
        with connection.pipeline() as together:
            together.lpos(key, LOOK)
            together.delete(key)
            place, _ = together.execute(raise_on_error=False)
        return isinstance(place, int)


class QueueWorker(RedisWorker):
    """The worker of one queue, which runs one function whenever it is woken.

    It registers nowhere and takes no orders. Each look is a child process, so that nothing of what
    it opened stays in memory. Nobody's clock ends it in the middle: the look itself stops between
    two jobs (`job_runner.run_due_jobs`), and so it does when somebody asks us to stop.
    """

    queue_class = WakeUpQueue
    job_class = WakeUpJob
    max_connection_wait_time = 5.0

    def __init__(self, queue: str, connection: "Redis", look: Look) -> None:
        self._look = look
        super().__init__(
            [WakeUpQueue(queue, connection=connection, job_class=WakeUpJob)],
            name=f"{queue}-{os.getpid()}",
            connection=connection,
            worker_ttl=LONGEST_WAIT,
            log_job_description=False,
        )

    def execute_job(self, job: RedisJob, queue: RedisQueue) -> None:
        """Look, in a child, until nothing is due or somebody asks us to stop."""
        self._state = WorkerStatus.BUSY
        while self._look_in_a_child(queue.name) == MORE and not self._stop_requested:
            continue
        self._state = WorkerStatus.IDLE

    def _look_in_a_child(self, queue: str) -> int:
        child = os.fork()
        if child == 0:
            self._be_the_child(queue)
        self._horse_pid = child
        _, ended = os.waitpid(child, 0)
        self._horse_pid = 0
        if os.WIFSIGNALED(ended):
            log.warning("The work on %s was stopped from outside.", queue)
        return os.waitstatus_to_exitcode(ended)

    def _be_the_child(self, queue: str) -> None:
        """Look, and end here whatever happens: two must not go on with one connection to Redis."""
        os.setpgrp()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # our parent waits for us
        signal.signal(signal.SIGTERM, _stop_between_jobs)
        code = FAILED
        try:
            code = DONE if self._look(queue) else MORE
        except Exception as error:  # noqa: BLE001 - the jobs stay in the outbox
            log.warning("The work on %s failed: %s.", queue, type(error).__name__)
        finally:
            os._exit(code)

    def handle_warm_shutdown_request(self) -> None:
        """Let the child end after the job it is at: whoever stops us does not wait a minute."""
        if self._horse_pid:
            with suppress(ProcessLookupError):
                os.kill(self._horse_pid, signal.SIGTERM)

    # What RQ would read from Redis or write there, and would then believe.

    def subscribe(self) -> None:
        """No channel: nobody gives it orders."""

    def unsubscribe(self) -> None:
        """There is no channel."""

    def register_birth(self) -> None:
        """No name in a register of workers."""

    def register_death(self) -> None:
        """It was in no register."""

    def heartbeat(self, *_: Any, **__: Any) -> None:
        """What does not come is done by the ticker, whoever is or is not alive."""

    def set_state(self, state: str, *_: Any, **__: Any) -> None:
        self._state = state

    def set_shutdown_requested_date(self) -> None:
        """Only we need to know."""

    def check_for_suspension(self, burst: Any) -> None:
        """Nobody suspends us through Redis."""

    def run_maintenance_tasks(self) -> None:
        """There are no registries to clean, and no jobs in them to fail."""

    def _set_ip_address(self, _connection: Any) -> None:
        self.ip_address = "unknown"

    def get_redis_server_version(self) -> tuple[int, int, int]:
        return (0, 0, 0)


def _stop_between_jobs(_number: int, _frame: FrameType | None) -> None:
    job_runner.request_stop()


def open_worker(url: str, queue: str, run_jobs: Look) -> QueueWorker:
    """Make a worker for exactly one queue. It waits in a blocking read, so its socket is
    patient."""
    return QueueWorker(queue, Redis.from_url(url, socket_connect_timeout=2), run_jobs)
