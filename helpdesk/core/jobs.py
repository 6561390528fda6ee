"""The register of jobs: name, queue, retry plan, function."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from helpdesk.core.events import Event
from helpdesk.core.leased_tasks import RetryPlan


class Queue(StrEnum):
    """The queues of jobs. Each has a worker process of its own: RQ can lose a job of a worker with
    two."""

    NOTICES = "notices"
    DELIVERIES = "deliveries"
    REMINDERS = "reminders"


class JobPostponed(Exception):
    """Raised by a job that is not to be done yet: it is run then, and that was no failed try."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


@dataclass(frozen=True)
class Job:
    """A registered job: its name, function, queue and retry plan. Every job is safe to run
    twice."""

    name: str
    queue: Queue
    retry_after: tuple[int, ...]
    function: Callable[..., None]
    leaves_the_house: bool = True
    # What it acts on, where a feature below announces it: see `core/events.py`.
    on: type[Event] | None = None

    @property
    def retries(self) -> RetryPlan:
        return _plan(self.retry_after)


_register: dict[str, Job] = {}

RETRY_AFTER: Final = (60, 600, 3600)


def job(
    name: str,
    *,
    queue: Queue,
    retry_after: tuple[int, ...] = RETRY_AFTER,
    leaves_the_house: bool = True,
    on: type[Event] | None = None,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A decorator that registers a function as a job. `retry_after`: the plan in seconds; then a
    person must look.

    One that sends nothing says so: what is skipped after a restore is only what leaves the house.
    With `on` it is queued whenever that event is announced.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        if name in _register and _register[name].function is not function:
            raise ValueError(f"There are two jobs named {name}.")
        _register[name] = Job(name, queue, retry_after, function, leaves_the_house, on)
        return function

    return register


def job_by_name(name: str) -> Job:
    """The registered job of that name; KeyError if no feature has registered it."""
    return _register[name]


def retry_plan(name: str) -> RetryPlan:
    """The retry plan of a job; for one that this version does not know, the usual plan."""
    return _register[name].retries if name in _register else _plan(RETRY_AFTER)


def _plan(retry_after: tuple[int, ...]) -> RetryPlan:
    return RetryPlan(tuple(timedelta(seconds=pause) for pause in retry_after))


def jobs_on_event(event: type[Event]) -> list[str]:
    """The names of the jobs that act on such an event; LookupError if there are none."""
    found = [one.name for one in all_jobs() if one.on is event]
    if not found:
        raise LookupError(f"Nobody acts on {event.__name__}.")
    return found


def all_jobs() -> list[Job]:
    """Every registered job, by name."""
    return sorted(_register.values(), key=lambda one: one.name)


def arguments_are_ids(arguments: dict[str, Any]) -> bool:
    """Whether a job's arguments are only ids, codes and numbers: the database shows them in
    clear."""
    return all(
        isinstance(value, int | None) or (isinstance(value, str) and " " not in value)
        for value in arguments.values()
    )
