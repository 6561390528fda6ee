"""The ticker: what is due is found, with Redis or without, by one of those who stand ready."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import create_engine, event, func, select, text
from sqlalchemy.orm import sessionmaker

from helpdesk import ticker
from helpdesk.core import history, job_runner, jobs, ticker_lease
from helpdesk.core.app_context import AppContext
from helpdesk.core.fallback_workers import FallbackWorkers
from helpdesk.core.history import HistoryEntry, HistoryLink
from helpdesk.core.outbox import OutboxJob, OutboxJobState
from helpdesk.core.ticker_lease import TickerLease
from helpdesk.key_files import KeyFile
from tests.conftest import SERVICE, become

NAME = "ground.test_job"


@pytest.fixture
def context(context):
    """The same with the rights of the ticker."""
    become(context, "helpdesk_ticker")
    return context


class DeafQueueNotifier:
    """Redis is away."""

    def notify(self, queue):
        return False


@pytest.fixture
def done(monkeypatch):
    """A job that notes that it ran."""
    ran = []
    job = jobs.Job(NAME, jobs.Queue.NOTICES, (60,), lambda context, *, number: ran.append(number))
    monkeypatch.setitem(jobs._register, NAME, job)
    return ran


def enqueue(context, now, *, after=timedelta(0), number=1):
    with context.begin(at=now) as work:
        work.enqueue(NAME, after=after, number=number)


def states(context):
    with context.begin() as work:
        return [one.state for one in work.session.scalars(select(OutboxJob))]


def test_it_calls_the_worker_for_what_is_due_and_leaves_the_work_to_it(context, now, done):
    enqueue(context, now)

    ticker.tick(context, at=now + timedelta(seconds=10))

    assert context.queue_notifier.rung == ["notices"]
    assert done == []


def test_it_looks_into_the_queues_that_there_are_whatever_rows_say(context, now, done):
    connection = context.sessions.kw["bind"]
    connection.execute(text("RESET ROLE"))
    connection.execute(text("ALTER TABLE outbox DROP CONSTRAINT ck_outbox_queue"))
    become(context, "helpdesk_ticker")
    enqueue(context, now)
    with context.begin(at=now) as work:
        work.session.execute(
            text(
                "INSERT INTO outbox (id, job, queue, arguments, state, due_at, attempts, fence)"
                " SELECT md5(g::text), :job, 'q' || g, '{}', 'waiting', :at, 0, 0"
                " FROM generate_series(1, 50) g"
            ),
            {"job": NAME, "at": now},
        )

    ticker.tick(context, at=now + timedelta(seconds=10))

    assert context.queue_notifier.rung == ["notices"]


def test_what_is_not_due_yet_is_left_alone(context, now, done):
    enqueue(context, now, after=timedelta(hours=1))

    ticker.tick(context, at=now + timedelta(minutes=59))

    assert context.queue_notifier.rung == []
    assert states(context) == [OutboxJobState.WAITING]


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(minutes=20), timedelta(days=1)])
def test_what_was_queued_while_the_clock_was_ahead_is_due_as_long_after_now(context, done, ahead):
    now, half_an_hour = datetime.now(UTC), timedelta(minutes=30)
    enqueue(context, now, after=half_an_hour)
    become(context, "postgres")
    with context.begin() as work:
        moved = "UPDATE outbox SET promised_at = promised_at + :by, due_at = due_at + :by"
        work.session.execute(text(moved), {"by": ahead})
    become(context, "helpdesk_ticker")

    for _ in range(2):
        ticker.tick(context)

    with context.begin() as work:
        (due_at,) = work.session.scalars(select(OutboxJob.due_at))
    # Of when it was queued, five minutes are kept.
    early = now + half_an_hour - due_at
    assert -timedelta(minutes=1) < early < timedelta(minutes=6)


def test_with_redis_away_it_keeps_the_promise_itself(context, now, done):
    enqueue(context, now, number=7)

    ticker.tick(
        replace(context, queue_notifier=DeafQueueNotifier()), at=now + timedelta(seconds=10)
    )

    assert done == [7]
    assert states(context) == [OutboxJobState.DONE]


def test_when_no_worker_comes_for_two_minutes_it_keeps_the_promise_itself(context, now, done):
    enqueue(context, now)

    ticker.tick(context, at=now + timedelta(minutes=2, seconds=1))

    assert done == [1]


def test_each_tick_chains_history(context, now):
    with context.begin(at=now) as work:
        work.record_about("triage.happened", "tests", "1")

    ticker.tick(context, at=now)

    with context.begin(at=now) as work:
        entries = work.session.scalar(select(func.count()).select_from(HistoryEntry))
        links = work.session.scalar(select(func.count()).select_from(HistoryLink))
        findings = list(
            history.verify_history_chain(
                work.session, witness=context.service.publics[KeyFile.HISTORY]
            )
        )
    assert links == entries > 0
    assert findings == []


def test_what_fell_behind_is_chained_some_numbers_at_a_time(context, now, monkeypatch):
    """All at once would last longer than a statement may, in a long history."""
    monkeypatch.setattr(ticker, "LOOKED_AT", 5)
    asked = []
    extend_history_chain = history.extend_history_chain

    def noted(session, *, ids=None, **told):
        asked.append(ids)
        # Nothing is found where the newest are looked for: all of it has fallen behind.
        return extend_history_chain(session, ids=ids, **told) if ids else 0

    monkeypatch.setattr(ticker.history, "extend_history_chain", noted)
    with context.begin(at=now) as work:
        for number in range(12):
            work.record_about("triage.happened", "tests", str(number))
        oldest = work.session.scalar(select(func.min(HistoryEntry.id)))
    # As if it had come so far: other tests have taken very many numbers, and left no entries.
    monkeypatch.setattr(ticker, "_look_back", ticker._LookBack(next_id=oldest))

    ticker.tick(context, at=now)
    ticker.tick(context, at=now)

    assert asked[0] is None, "the newest come first"
    assert {len(one) for one in asked if one} == {5}
    with context.begin(at=now) as work:
        entries = work.session.scalar(select(func.count()).select_from(HistoryEntry))
        links = work.session.scalar(select(func.count()).select_from(HistoryLink))
    assert links == entries > 0


def test_chaining_and_looking_back_share_their_time(context, now, monkeypatch):
    """Both together must end before the lease; and each tick looks a little further back."""
    asked = []
    monkeypatch.setattr(ticker, "CHAINING", 0.0)
    monkeypatch.setattr(ticker, "_look_back", ticker._LookBack(next_id=2))
    monkeypatch.setattr(ticker.history, "highest_history_id", lambda _session: 10**9)
    monkeypatch.setattr(
        ticker.history,
        "extend_history_chain",
        lambda _session, *, ids=None, **_told: asked.append(ids),
    )

    ticker.tick(context, at=now)

    assert [one.start for one in asked if one] == [2]
    assert ticker._look_back.next_id == 2 + ticker.LOOKED_AT


def test_looking_back_that_fails_keeps_nothing_from_being_chained(context, now, monkeypatch):
    monkeypatch.setattr(ticker, "_look_back", ticker._LookBack())
    monkeypatch.setattr(ticker.history, "highest_history_id", lambda _session: 1 / 0)
    with context.begin(at=now) as work:
        work.record_about("triage.happened", "tests", "1")

    ticker.tick(context, at=now)

    with context.begin(at=now) as work:
        entries = work.session.scalar(select(func.count()).select_from(HistoryEntry))
        links = work.session.scalar(select(func.count()).select_from(HistoryLink))
    assert links == entries > 0


def test_entries_that_no_ticker_chains_are_said_by_verify(context, now):
    ticker.tick(context, at=now)
    with context.begin(at=now) as work:
        work.record_about("triage.happened", "tests", "1")
    later = now + timedelta(minutes=2, seconds=1)

    with context.begin() as work:
        witness = context.service.publics[KeyFile.HISTORY]
        early = list(
            history.verify_history_chain(
                work.session, witness=witness, at=now + timedelta(minutes=1)
            )
        )
        late = list(history.verify_history_chain(work.session, witness=witness, at=later))
    ticker.tick(context, at=later)
    with context.begin() as work:
        again = list(history.verify_history_chain(work.session, witness=witness, at=later))

    assert early == again == []
    assert ["1 entries are not chained" in one.sentence for one in late] == [True]


def test_a_flood_of_work_does_not_keep_history_from_being_chained(context, now, done, monkeypatch):
    monkeypatch.setattr(ticker.job_runner, "IN_A_TICK", 0.2)
    for number in range(300):
        enqueue(context, now, number=number)
    with context.begin(at=now) as work:
        for number in range(50):
            work.record_about("triage.happened", "tests", str(number))
    slow = jobs.Job(NAME, jobs.Queue.NOTICES, (60,), lambda context, *, number: time.sleep(0.02))
    monkeypatch.setitem(jobs._register, NAME, slow)

    ticker.tick(replace(context, queue_notifier=DeafQueueNotifier()), at=now + timedelta(minutes=5))

    with context.begin() as work:
        witness = context.service.publics[KeyFile.HISTORY]
        at = now + timedelta(minutes=5)
        assert list(history.verify_history_chain(work.session, witness=witness, at=at)) == []
    assert OutboxJobState.WAITING in states(context)


@pytest.fixture
def two_desks(postgres, settings, monkeypatch):
    """Two tickers' desks on the real database, and a lease that is soon over."""
    monkeypatch.setattr(ticker_lease, "LEASE", timedelta(seconds=0.4))
    engines = [create_engine(postgres.url("helpdesk_ticker")) for _ in range(2)]
    yield [
        AppContext(
            settings, sessionmaker(engine), DeafQueueNotifier(), mailer=None, service=SERVICE
        )
        for engine in engines
    ]
    with engines[0].begin() as connection:
        connection.execute(text("UPDATE ticker_lease SET until = now(), holder = ''"))
    for engine in engines:
        engine.dispose()


def chained_at(desk):
    with desk.begin() as work:
        return work.session.scalar(select(TickerLease.chained_at))


def let_the_lease_run_out(desk):
    with desk.begin() as work:
        work.session.execute(text("UPDATE ticker_lease SET until = now() - interval '1 second'"))


def test_one_ticks_and_the_other_stands_by_until_the_lease_is_over(two_desks):
    one, other = two_desks
    first = ticker.acquire_ticker_lease(one, "one")

    assert ticker.acquire_ticker_lease(other, "other") is None
    assert ticker.acquire_ticker_lease(one, "one") == first
    let_the_lease_run_out(one)
    second = ticker.acquire_ticker_lease(other, "other")

    assert second == first + 1
    assert ticker.acquire_ticker_lease(one, "one") is None


def test_a_lease_that_ends_later_than_any_can_is_of_a_wrong_clock_and_none(two_desks, monkeypatch):
    one, other = two_desks
    monkeypatch.setattr(ticker_lease, "LEASE", timedelta(seconds=15))
    first = ticker.acquire_ticker_lease(one, "one")
    monkeypatch.setattr(ticker_lease, "LEASE", timedelta(seconds=0.4))

    assert ticker.acquire_ticker_lease(other, "other") == first + 1


def test_who_waited_while_the_holder_renewed_takes_nothing(two_desks):
    """Its transaction began before the holder's: by that moment the lease would end too late."""
    one, other = two_desks
    assert ticker.acquire_ticker_lease(one, "one") is not None
    found = []

    def waits():
        with other.begin() as work:
            work.session.execute(text("SELECT 1"))  # its moment is now
            renewed.wait(10)
            found.append(ticker_lease.acquire_lease(work.session, "other"))

    renewed = threading.Event()
    standby = threading.Thread(target=waits)
    standby.start()
    time.sleep(0.1)
    assert ticker.acquire_ticker_lease(one, "one") is not None
    renewed.set()
    standby.join(10)

    assert found == [None]


def test_one_that_was_stopped_and_comes_back_late_writes_nothing(two_desks):
    one, other = two_desks
    before = chained_at(one)
    late = ticker.acquire_ticker_lease(one, "one")
    let_the_lease_run_out(one)
    assert ticker.acquire_ticker_lease(other, "other") == late + 1

    with pytest.raises(ticker_lease.LeaseLost):
        ticker.tick(one, fence=late)

    assert chained_at(one) == before


def test_one_whose_lease_ran_out_goes_on_where_nobody_took_it(two_desks):
    one, other = two_desks
    before = chained_at(one)
    fence = ticker.acquire_ticker_lease(one, "one")
    let_the_lease_run_out(one)

    ticker.tick(one, fence=fence)

    assert chained_at(one) != before
    assert ticker.acquire_ticker_lease(other, "other") is None, "it is renewed by each part"


def test_whoever_takes_their_own_lease_again_keeps_its_number_for_their_threads(two_desks):
    one, other = two_desks
    fence = ticker.acquire_ticker_lease(one, "one")
    let_the_lease_run_out(one)

    assert ticker.acquire_ticker_lease(one, "one") == fence
    assert ticker._ours(one, fence)
    let_the_lease_run_out(one)
    assert ticker.acquire_ticker_lease(other, "other") == fence + 1
    with pytest.raises(ticker_lease.LeaseLost):
        ticker._ours(one, fence)


def test_a_job_that_asks_whether_it_is_still_ours_keeps_no_part_of_a_tick_waiting(two_desks):
    one, _ = two_desks
    fence = ticker.acquire_ticker_lease(one, "one")

    with one.begin() as part:
        ticker_lease.renew_lease(part.session, fence)
        with one.begin() as job:
            job.session.execute(text("SET LOCAL lock_timeout = '100ms'"))
            assert ticker_lease.is_lease_held(job.session, fence)


def test_a_tick_on_a_slow_machine_comes_to_its_end_beside_one_that_stands_by(
    two_desks, monkeypatch
):
    """A slow disk, or somebody who takes all processors: each transaction takes a while."""
    monkeypatch.setattr(ticker_lease, "LEASE", timedelta(seconds=2))
    one, other = two_desks
    event.listen(one.sessions.kw["bind"], "commit", lambda _connection: time.sleep(0.5))
    came, over = [], threading.Event()
    monkeypatch.setattr(ticker, "_may_send", lambda *_, **__: came.append(True) and False)
    fence = ticker.acquire_ticker_lease(one, "one")

    def stand_by():
        while not over.wait(0.2):
            assert ticker.acquire_ticker_lease(other, "other") is None

    with ThreadPoolExecutor(1) as threads:
        standing_by = threads.submit(stand_by)
        ticker.tick(one, fence=fence)
        over.set()
        standing_by.result()

    assert came == [True]


def test_who_takes_over_waits_for_what_is_being_written(two_desks):
    one, other = two_desks
    fence = ticker.acquire_ticker_lease(one, "one")
    order = []

    def take_over():
        time.sleep(0.5)
        assert ticker.acquire_ticker_lease(other, "other") == fence + 1
        order.append("taken over")

    with one.begin() as work:
        ticker_lease.renew_lease(work.session, fence)
        taking = threading.Thread(target=take_over)
        taking.start()
        time.sleep(1)
        order.append("written")
    taking.join(5)

    assert order == ["written", "taken over"]


def test_a_letter_that_takes_minutes_keeps_no_tick_waiting(two_desks, monkeypatch):
    """A mail server may take two minutes for one, and a queue may have many of them due."""
    monkeypatch.setattr(ticker_lease, "LEASE", timedelta(seconds=30))
    one, _ = two_desks
    begun, goes_on = threading.Event(), threading.Event()

    def slow(_context, queue, **_):
        begun.set()
        assert goes_on.wait(60)
        done.append(queue)

    done = []
    monkeypatch.setattr(ticker.job_runner, "run_due_jobs", slow)
    monkeypatch.setattr(ticker.outbox, "queues_with_due_work", lambda *_, **__: {"notices"})
    fallback = FallbackWorkers()
    fence = ticker.acquire_ticker_lease(one, "one")
    try:
        ticker.tick(one, fence=fence, fallback=fallback)
        assert begun.wait(30)
        before = chained_at(one)
        assert ticker.acquire_ticker_lease(one, "one") == fence
        ticker.tick(one, fence=fence, fallback=fallback)

        assert chained_at(one) > before
        assert not fallback.start("notices", lambda: None)
    finally:
        goes_on.set()
        fallback._threads["notices"].join(30)
    assert fallback.start("notices", lambda: None)
    assert done == ["notices"]


def test_a_ticker_that_is_stopped_finishes_the_letter_it_is_at(context, monkeypatch):
    """Whose process ends in the middle is kept from everybody until its lease is over."""
    for service in ("PostgresListener", "LockWatcher"):
        monkeypatch.setattr(ticker, service, lambda *_: SimpleNamespace(start=lambda: None))
    monkeypatch.setattr(ticker, "record_ended_sessions", lambda *_: None)
    monkeypatch.setattr(ticker, "acquire_ticker_lease", lambda *_: 1)
    monkeypatch.setattr(job_runner, "_wishes_to_stop", [])
    done = []

    def letter():
        job_runner.request_stop()
        time.sleep(1)
        done.append("sent")

    monkeypatch.setattr(
        ticker, "tick", lambda *_, fallback, **__: fallback.start("notices", letter)
    )
    ticker.run_ticker(context, None)

    assert done == ["sent"]
