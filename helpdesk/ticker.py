"""The ticker: finds what is due, whether or not anybody was told, and chains history.

One ticks, by a lease in the database; others stand by and take over within half a minute when it is
stopped, hangs or is cut off. All of them listen to the database, and wake the workers for what it
says: no process of pages knows where Redis is. All of them end sessions that take too much of it.
With Redis away, or a worker that does not come, the ticker runs the jobs itself, beside its ticks:
slower, but they are done.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from helpdesk.adapters.lock_watcher import LockWatcher
from helpdesk.adapters.postgres_listener import PostgresListener
from helpdesk.cases.operations import offboarding
from helpdesk.core import (
    ended_database_sessions,
    history,
    job_runner,
    outbox,
    send_hold,
    stored_responses,
    ticker_lease,
)
from helpdesk.core.app_context import AppContext
from helpdesk.core.fallback_workers import FallbackWorkers
from helpdesk.core.jobs import Queue
from helpdesk.core.sealing import Secret
from helpdesk.core.work import Work
from helpdesk.escalations.operations import follow_ups
from helpdesk.intake import reminder_jobs, storage_quota
from helpdesk.key_files import KeyFile
from helpdesk.partners.operations import contacts
from helpdesk.triage import surge_alerts

log = logging.getLogger(__name__)

TICK: Final = 10.0
# Two ticks are never closer than that, however often somebody says that there is work.
SHORTEST_REST: Final = 0.5
PATIENCE: Final = timedelta(minutes=2)
# How soon it sees that it is to stop, and how long a letter under way then has to be finished.
GLANCE: Final = 0.5
GRACE: Final = 8.0
# How long history is chained in one tick, in seconds; the rest waits for the next.
CHAINING: Final = 5.0
# How often it is looked through from its beginning, in seconds, and how many numbers at a time: a
# statement over all of a long history would outlast its timeout.
LOOKS_BACK: Final = 600.0
LOOKED_AT: Final = 100_000


@dataclass
class _LookBack:
    """How far looking through all of history has come, and when it was begun."""

    next_id: int = 1
    begun_at: float = -LOOKS_BACK


_look_back = _LookBack()


def run_ticker(context: AppContext, engine: Engine) -> None:
    """Run the ticker while we hold the lease; stand by while another does, or the database is away.

    Returns when somebody asks this process to stop (`job_runner.request_stop`). A letter that broke
    off would be kept from everybody until its lease ends.
    """
    nobody_came = threading.Event()

    def wake(queue: str) -> None:
        if not context.queue_notifier.notify(queue):
            nobody_came.set()

    PostgresListener(engine, wake, frozenset(Queue)).start()
    watcher = LockWatcher(engine)
    watcher.start()
    fallback = FallbackWorkers()
    holder = secrets.token_hex(16)
    while not job_runner.is_stop_requested():
        try:
            record_ended_sessions(context, watcher)
            if (fence := acquire_ticker_lease(context, holder)) is None:
                save_progress(context)
                _rest(ticker_lease.STANDBY)
                continue
            nobody_came.clear()
            tick(context, fence=fence, fallback=fallback)
        except ticker_lease.LeaseLost:
            log.warning("Another ticker has taken over. This one is on standby.")
        except DBAPIError:
            log.warning("The database cannot be reached; trying again in %g s.", TICK)
            _rest(TICK)
        time.sleep(SHORTEST_REST)
        _rest(TICK - SHORTEST_REST, unless=nobody_came)
    fallback.join(GRACE)


def _rest(seconds: float, *, unless: threading.Event | None = None) -> None:
    """Wait so long, unless something happens or somebody asks us to stop."""
    happened, until = unless or threading.Event(), time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and not job_runner.is_stop_requested():
        if happened.wait(min(left, GLANCE)):
            return


def acquire_ticker_lease(context: AppContext, holder: str) -> int | None:
    """Acquire or renew the ticker's lease; None while another ticker holds it."""
    with context.begin() as work:
        return ticker_lease.acquire_lease(work.session, holder)


def save_progress(context: AppContext) -> None:
    """Save here, too, how far the ticks have come: whoever takes over knows it then."""
    with context.begin() as work:
        kept = send_hold.tick_progress_if_sending(work.session, context.progress_store)
    if kept is not None and context.progress_store is not None:
        context.progress_store.write(kept)


def record_ended_sessions(context: AppContext, watcher: LockWatcher) -> None:
    """Record for the board whose database sessions were ended; what cannot be written now,
    later."""
    for role, session in watcher.unreported_sessions().items():
        with context.begin() as work:
            ended_database_sessions.record_ended_database_session(work, role, session)
        watcher.mark_session_reported(role, session)


def tick(
    context: AppContext,
    *,
    at: datetime | None = None,
    fence: int | None = None,
    fallback: FallbackWorkers | None = None,
) -> None:
    """One tick of the ticker. Chain history; forget presses; see whether very many wait; call the
    workers for what is due, and do what they did not.

    History comes first, and the rest has an end: whatever floods us, what was done is witnessed.
    A database that was restored or copied is held: then nothing is called and nothing is done.
    With a `fence`, nothing is written once another ticker has taken over: LeaseLost. What workers
    did not do is begun in the threads of `fallback`; without, it is done before this returns.
    """
    moment = at or context.now()
    if (signer := context.service.secret(KeyFile.HISTORY)) is not None:
        until = time.monotonic() + CHAINING  # for both: alarms come after them
        with _by_itself():
            _chain(context, signer, at=at, fence=fence, until=until)
        with _by_itself():
            _chain_forgotten(context, signer, at=at, fence=fence, until=until)
    before = moment - stored_responses.KEPT
    parts: tuple[Callable[[Work], None], ...] = (
        lambda work: outbox.correct_jobs_queued_by_fast_clock(work.session),
        offboarding.release_cases_left_behind,
        contacts.end_contacts_nobody_verifies,
        surge_alerts.enqueue_surge_alerts,
        follow_ups.enqueue_due_follow_ups,
        lambda work: storage_quota.enqueue_quota_warning(work, context.settings.reports_quota),
        lambda work: stored_responses.delete_older_responses(work.session, before=before),
        reminder_jobs.erase_old_addresses,
        lambda work: outbox.forget_done_jobs(work.session, at=work.at),
    )
    for part in parts:
        with _by_itself(), _fenced(context, at=moment, fence=fence) as work:
            part(work)
    if not _may_send(context, at=moment, fence=fence):
        return
    with context.begin(at=moment) as work:
        due = outbox.queues_with_due_work(work.session, at=moment)
        overdue = outbox.queues_with_due_work(work.session, at=moment - PATIENCE)
    for queue in due:
        with _by_itself():
            if context.queue_notifier.notify(queue) and queue not in overdue:
                continue
            if fallback is not None:
                fallback.start(queue, partial(_run_due_jobs, context, queue, fence=fence))
            else:
                seconds = job_runner.IN_A_TICK / len(due)
                _run_due_jobs(context, queue, at=at, fence=fence, seconds=seconds)


def _run_due_jobs(
    context: AppContext,
    queue: str,
    *,
    at: datetime | None = None,
    fence: int | None,
    seconds: float = job_runner.IN_A_JOB,
) -> None:
    ours = partial(_ours, context, fence)
    with _by_itself():
        job_runner.run_due_jobs(context, queue, at=at, seconds=seconds, while_=ours)


@contextmanager
def _by_itself() -> Iterator[None]:
    """One part of a tick. Whatever row it stumbles over, the others and all alarms go on."""
    try:
        yield
    except ticker_lease.LeaseLost:
        raise
    except OperationalError as error:
        # Without a state of SQL nobody answered: the database is away. With one, a statement of
        # this part was refused, such as by a row that someone holds.
        if error.connection_invalidated or getattr(error.orig, "sqlstate", None) is None:
            raise
        log.error("A part of a tick failed: %s", type(error.orig).__name__)
    except Exception as error:  # noqa: BLE001 - the rest of the tick must not wait for it
        log.error("A part of a tick failed: %s", type(error).__name__)


def _chain(
    context: AppContext, signer: Secret, *, at: datetime | None, fence: int | None, until: float
) -> None:
    """Chain what is there, a piece in each transaction, until all is chained or time is up."""
    while time.monotonic() < until:
        with _fenced(context, at=at, fence=fence) as work:
            if history.extend_history_chain(work.session, at=work.at, signer=signer):
                continue
            ticker_lease.record_chained_at(work.session, at=work.at)
        return


def _chain_forgotten(
    context: AppContext, signer: Secret, *, at: datetime | None, fence: int | None, until: float
) -> None:
    """Chain what was committed so late that `_chain` no longer looks there: all numbers, some at a
    time, and on from there at the next tick. At least once in each tick."""
    if _look_back.next_id == 1:
        if time.monotonic() < _look_back.begun_at + LOOKS_BACK:
            return
        _look_back.begun_at = time.monotonic()
    while True:
        ids = range(_look_back.next_id, _look_back.next_id + LOOKED_AT)
        with _fenced(context, at=at, fence=fence) as work:
            is_more = history.extend_history_chain(work.session, at=work.at, signer=signer, ids=ids)
            newest = history.highest_history_id(work.session)
        if not is_more:
            _look_back.next_id = ids.stop if ids.stop <= newest else 1
        if _look_back.next_id == 1 or time.monotonic() >= until:
            return


def _may_send(context: AppContext, *, at: datetime, fence: int | None) -> bool:
    """Note that the house lives, here and beside the database; False where it is held."""
    with _fenced(context, at=at, fence=fence) as work:
        kept = send_hold.record_tick_or_hold_sending(work, context.progress_store)
    # After the commit: what lies beside the database is never ahead of it.
    if kept is not None and context.progress_store is not None:
        context.progress_store.write(kept)
    return kept is not None


@contextmanager
def _fenced(context: AppContext, *, at: datetime | None, fence: int | None) -> Iterator[Work]:
    """A transaction in which no other ticker takes over; LeaseLost if one has. Each shows that this
    one lives, however slowly."""
    with context.begin(at=at) as work:
        if fence is not None:
            ticker_lease.renew_lease(work.session, fence)
        yield work
        if fence is not None:  # once more: this part may have taken as long as the lease
            ticker_lease.renew_lease(work.session, fence)


def _ours(context: AppContext, fence: int | None) -> bool:
    """Whether the next job is still ours to run. Raises LeaseLost if it is not."""
    if fence is not None:
        with context.begin() as work:
            if not ticker_lease.is_lease_held(work.session, fence):
                raise ticker_lease.LeaseLost
    return True
