"""The bell: RQ is told to look at a queue of the outbox. It carries that queue's name alone."""

import logging
import time
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue as RedisQueue
from rq import Worker
from rq.serializers import JSONSerializer

log = logging.getLogger(__name__)

LOOK = "helpdesk.worker.look"
PAUSE_AFTER_TROUBLE = 5.0
# Who has just been told is not told again. If they looked just before us, the ticker looks soon.
STILL_RINGING = 0.05
JOB_TIMEOUT = 240
FAILURES_KEPT = 7 * 24 * 3600


class RedisBell:
    """Rings once while nobody has answered yet: a waiting wake-up will see newer work as well."""

    def __init__(self, url: str) -> None:
        self._redis = connect(url)
        self._queues: dict[str, RedisQueue] = {}
        self._silent_until = 0.0
        self._rung_at: dict[str, float] = {}

    def ring(self, queue: str) -> bool:
        """Tell the queue's worker to look. False when Redis is away: the ticker looks anyway."""
        now = time.monotonic()
        if now < self._silent_until:
            return False
        if now < self._rung_at.get(queue, -STILL_RINGING) + STILL_RINGING:
            return True
        try:
            waiting = self._queue(queue)
            if waiting.count == 0:
                waiting.enqueue_call(
                    LOOK,
                    args=(queue,),
                    timeout=JOB_TIMEOUT,
                    result_ttl=0,
                    failure_ttl=FAILURES_KEPT,
                    description="look",
                )
        except RedisError as error:
            # Do not make each reporter wait for a server that is away.
            self._silent_until = time.monotonic() + PAUSE_AFTER_TROUBLE
            log.warning("bell not heard: %s", type(error).__name__)
            return False
        self._rung_at[queue] = now
        return True

    def _queue(self, name: str) -> RedisQueue:
        if name not in self._queues:
            self._queues[name] = open_queue(self._redis, name)
        return self._queues[name]


class SilentBell:
    """No Redis at all: the ticker does the work."""

    def ring(self, queue: str) -> bool:
        return False


def connect(url: str) -> "Redis":
    """A connection that answers or fails at once: no retries inside a reporter's request."""
    return Redis.from_url(
        url, socket_connect_timeout=0.5, socket_timeout=2, retry=Retry(NoBackoff(), 0)
    )


def open_queue(redis: "Redis", name: str) -> RedisQueue:
    return RedisQueue(name, connection=redis, serializer=JSONSerializer)


def open_worker(url: str, queue: str, **options: Any) -> Worker:
    """A worker for exactly one queue, tuned so that a killed one is noticed within about a minute.

    RQ loses a job of a worker with two queues, and with its default times an idle worker notices
    nothing for seven minutes. A worker waits in a blocking read, so its socket has no timeout.
    """
    redis = Redis.from_url(url, socket_connect_timeout=2)
    return Worker(
        [open_queue(redis, queue)],
        connection=redis,
        serializer=JSONSerializer,
        worker_ttl=60,
        job_monitoring_interval=15,
        maintenance_interval=30,
        log_job_description=False,
        **options,
    )
