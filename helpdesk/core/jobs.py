"""The register of jobs: name, queue, retry plan, function; and the one way they are performed."""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from helpdesk.core import outbox

if TYPE_CHECKING:
    from helpdesk.core.desk import Desk

log = logging.getLogger(__name__)

BATCH = 50


class Queue(StrEnum):
    """Each queue has a worker process of its own: RQ can lose a job of a worker with two."""

    NOTICES = "notices"
    DELIVERIES = "deliveries"


@dataclass(frozen=True)
class Job:
    """What the worker does under a name. Every job is safe to run twice."""

    name: str
    queue: Queue
    retry_after: tuple[int, ...]
    function: Callable[..., None]


_register: dict[str, Job] = {}


def job(
    name: str, *, queue: Queue, retry_after: tuple[int, ...] = (60, 600, 3600)
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function as a job. `retry_after`: the plan in seconds; then a person must look."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        if name in _register and _register[name].function is not function:
            raise ValueError(f"There are two jobs named {name}.")
        _register[name] = Job(name, queue, retry_after, function)
        return function

    return register


def by_name(name: str) -> Job:
    """The job of that name; KeyError if no feature has registered it."""
    return _register[name]


def every_job() -> list[Job]:
    return sorted(_register.values(), key=lambda one: one.name)


def drain(desk: "Desk", queue: str, *, at: datetime | None = None) -> int:
    """Perform all that is due in a queue; how many promises were looked at."""
    done = 0
    while True:
        moment = at or datetime.now(UTC)
        with desk.begin(at=moment) as work:
            leases = outbox.lease_due(work.session, queue=queue, at=moment, limit=BATCH)
        for lease in leases:
            perform(desk, lease, at=at)
        done += len(leases)
        if len(leases) < BATCH:
            return done


def perform(desk: "Desk", lease: outbox.Lease, *, at: datetime | None = None) -> None:
    """Run one leased promise, and note how it went: an error by its kind, never by its words."""
    promised = by_name(lease.job)
    try:
        promised.function(desk, **lease.arguments)
    except Exception as error:  # noqa: BLE001 - whatever it was, the promise must not be lost
        log.warning("job %s failed: %s", lease.job, type(error).__name__)
        _note_failure(desk, promised, lease, trouble=type(error).__name__, at=at)
    else:
        with desk.begin(at=at) as work:
            outbox.keep(work.session, lease, at=work.at)


def _note_failure(
    desk: "Desk", promised: Job, lease: outbox.Lease, *, trouble: str, at: datetime | None
) -> None:
    with desk.begin(at=at) as work:
        if lease.attempt <= len(promised.retry_after):
            pause = promised.retry_after[lease.attempt - 1]
            # Full jitter on the upper half: many failures at once do not come back at once.
            later = timedelta(seconds=random.uniform(pause / 2, pause))  # noqa: S311 - not a secret
            outbox.postpone(work.session, lease, until=work.at + later, trouble=trouble)
        elif outbox.give_up(work.session, lease, at=work.at, trouble=trouble):
            work.record_about(
                "outbox.gave_up", "outbox", lease.promise_id, job=lease.job, trouble=trouble
            )


def arguments_are_ids(arguments: dict[str, Any]) -> bool:
    """Whether arguments are but ids, codes and numbers: the database shows them in clear."""
    return all(
        isinstance(value, int | None) or (isinstance(value, str) and " " not in value)
        for value in arguments.values()
    )
