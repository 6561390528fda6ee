"""The queue notifier: a word pushed into Redis, so that a queue's worker wakes up and looks.

What is heard of it, and that nothing else is: `waking.py`.
"""

import logging
import threading
import time
from contextlib import suppress

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisIsAway
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisIsSlow
from redis.retry import Retry

log = logging.getLogger(__name__)

# All that a wake-up says. What there is to do stands in the outbox.
LOOK = "look"
PAUSE_AFTER_TROUBLE = 5.0
# How long its whole answer is waited for, in seconds: one of which a byte comes now and then never
# times out by itself.
LONGEST_WAIT = 3.0
# Who has just been told is not told again. If they looked just before us, the ticker looks soon.
STILL_RINGING = 0.05


class RedisQueueNotifier:
    """Wakes a queue's worker through Redis, once until it has looked: that look will see newer work
    as well."""

    def __init__(self, url: str) -> None:
        self._redis = connect_to_redis(url)
        self._silent_until = 0.0
        self._refused_until: dict[str, float] = {}
        self._rung_at: dict[str, float] = {}

    def notify(self, queue: str) -> bool:
        """Tell the queue's worker to look. False when Redis is away: the ticker looks anyway.

        A server that is away is left alone for a while by all queues; one that has answered with an
        error, by the queue that got it.
        """
        now = time.monotonic()
        if now < max(self._silent_until, self._refused_until.get(queue, now)):
            return False
        if now < self._rung_at.get(queue, -STILL_RINGING) + STILL_RINGING:
            return True
        trouble = self._ring(queue)
        if isinstance(trouble, RedisError) and not isinstance(trouble, (RedisIsAway, RedisIsSlow)):
            self._refused_until[queue] = time.monotonic() + PAUSE_AFTER_TROUBLE
            log.warning("Redis refused to start a worker (%s).", type(trouble).__name__)
            return False
        if trouble is not None:
            # Do not make what waits in PostgreSQL wait for a server that is away.
            self._silent_until = time.monotonic() + PAUSE_AFTER_TROUBLE
            log.warning("Redis cannot be reached to start a worker (%s).", type(trouble).__name__)
            return False
        self._rung_at[queue] = now
        return True

    def _ring(self, queue: str) -> Exception | None:
        """Ring in a thread of its own, and say what went wrong: whatever answers in the place of
        Redis, and however slowly, stops nobody who called."""
        met: list[Exception | None] = []

        def ring() -> None:
            try:
                if self._redis.llen(wake_up_list_of(queue)) == 0:
                    self._redis.rpush(wake_up_list_of(queue), LOOK)
            except Exception as error:  # noqa: BLE001 - not everything that answers is a Redis
                met.append(error)
            else:
                met.append(None)

        try:
            ringing = threading.Thread(target=ring, name="redis", daemon=True)
            ringing.start()
            ringing.join(LONGEST_WAIT)
        except RuntimeError as error:  # no thread can be had
            return error
        if met:
            return met[0]
        with suppress(Exception):
            self._redis.connection_pool.disconnect()  # ends the thread
        return RedisIsSlow()


class NoRedisQueueNotifier:
    """Wakes no worker, as there is no Redis: the ticker runs the jobs itself."""

    def notify(self, queue: str) -> bool:
        return False


def connect_to_redis(url: str) -> "Redis":
    """Connect to Redis with a connection that answers or fails at once."""
    return Redis.from_url(
        url, socket_connect_timeout=0.5, socket_timeout=2, retry=Retry(NoBackoff(), 0)
    )


def wake_up_list_of(queue: str) -> str:
    """The name of the Redis list with a queue's wake-ups, as RQ gives it."""
    return f"rq:queue:{queue}"
