"""How promises are kept: take what is due, run its job, write down how it went."""

import logging
import random
from datetime import UTC, datetime, timedelta

from helpdesk.core import jobs, outbox
from helpdesk.core.desk import Desk

log = logging.getLogger(__name__)

BATCH = 50


def drain(desk: Desk, queue: str, *, at: datetime | None = None) -> int:
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


def perform(desk: Desk, lease: outbox.Lease, *, at: datetime | None = None) -> None:
    """Run one leased promise, and note how it went: an error by its kind, never by its words."""
    promised = jobs.by_name(lease.job)
    try:
        promised.function(desk, **lease.arguments)
    except Exception as error:  # noqa: BLE001 - whatever it was, the promise must not be lost
        log.warning("job %s failed: %s", lease.job, type(error).__name__)
        _note_failure(desk, promised, lease, trouble=type(error).__name__, at=at)
    else:
        with desk.begin(at=at) as work:
            outbox.keep(work.session, lease, at=work.at)


def _note_failure(
    desk: Desk, promised: jobs.Job, lease: outbox.Lease, *, trouble: str, at: datetime | None
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
