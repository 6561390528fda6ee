"""The job runner: lease due jobs, run them, and record how they went.

Whoever performs stops after some seconds, between two jobs, and comes again: a flood must not
keep the ticker from its other work. Nobody ends a job in the middle.
"""

import logging
import random
import time
from collections.abc import Callable
from datetime import datetime

from helpdesk.core import jobs, outbox, send_hold
from helpdesk.core.app_context import AppContext

log = logging.getLogger(__name__)


# How long one goes on, in seconds.
IN_A_JOB = 60.0
IN_A_TICK = 5.0
# A plain list, not an Event: a signal that lands inside another would wait for its lock.
_wishes_to_stop: list[bool] = []


def request_stop() -> None:
    """Ask this process to stop: it begins no other job, and runs the current one to its end."""
    _wishes_to_stop.append(True)


def is_stop_requested() -> bool:
    """Whether this process was asked to stop."""
    return bool(_wishes_to_stop)


def run_due_jobs(
    context: AppContext,
    queue: str,
    *,
    at: datetime | None = None,
    seconds: float = IN_A_JOB,
    while_: Callable[[], bool] = lambda: True,
) -> int:
    """Run a queue's due jobs until there is none, or the time is up; how many it were.

    No job is begun later than that or when `while_` says no, and none is interrupted. In a
    database that may not send nothing is begun at all.
    """
    done, until = 0, time.monotonic() + seconds
    # With time for only a few, the same role must not come first each time.
    first = random.randrange(len(outbox.ENQUEUING_ROLES))  # noqa: S311 - not a secret
    while time.monotonic() < until and not _wishes_to_stop and while_():
        lease = _next(context, queue, at=at, first=first, taken=done)
        if lease is None:
            break
        run_job(context, lease, at=at)
        done += 1
    return done


def has_due_jobs(context: AppContext, queue: str) -> bool:
    """Whether a queue has due jobs that could be run now."""
    with context.begin() as work:
        if send_hold.reason_for_hold(work.session, context.progress_store) is not None:
            return False
        return queue in outbox.queues_with_due_work(work.session, at=work.at)


def _next(
    context: AppContext, queue: str, *, at: datetime | None, first: int, taken: int
) -> outbox.JobLease | None:
    # One at a time: leases taken in advance would run out while a mail server is slow to answer.
    with context.begin(at=at) as work:
        if send_hold.reason_for_hold(work.session, context.progress_store) is not None:
            return None
        leases = outbox.lease_due_jobs(
            work.session, queue=queue, at=work.at, limit=1, first=first, taken=taken
        )
    return leases[0] if leases else None


def run_job(context: AppContext, lease: outbox.JobLease, *, at: datetime | None = None) -> None:
    """Run one leased job, and record how it went: an error by its kind, never by its words.

    One whose worker has died at each try is not begun once more: a person has to look.
    """
    if jobs.retry_plan(lease.job).is_exhausted(lease.attempt - 1):
        _note_failure(context, lease, trouble="worker_gone", at=at)
        return
    try:
        # Found in here: a name from another version must not stop those that come after it.
        jobs.job_by_name(lease.job).function(context, **lease.arguments)
    except jobs.JobPostponed as postponed:
        with context.begin(at=at) as work:
            outbox.postpone_job(work.session, lease, until=postponed.until)
    except Exception as error:  # noqa: BLE001 - whatever it was, the job must not be lost
        log.warning("job %s failed: %s", lease.job, type(error).__name__)
        _note_failure(context, lease, trouble=type(error).__name__, at=at)
    else:
        with context.begin(at=at) as work:
            outbox.mark_job_done(work.session, lease, at=work.at)


def _note_failure(
    context: AppContext, lease: outbox.JobLease, *, trouble: str, at: datetime | None
) -> None:
    pause = jobs.retry_plan(lease.job).pause_after(lease.attempt)
    with context.begin(at=at) as work:
        if pause is not None:
            outbox.reschedule_job(work.session, lease, until=work.at + pause, trouble=trouble)
        elif outbox.mark_job_failed(work.session, lease, at=work.at, trouble=trouble):
            work.record_about(
                "outbox.gave_up", "outbox", lease.outbox_job_id, job=lease.job, trouble=trouble
            )
