"""The ticker: what is due is found, with Redis or without, by one of those who stand ready."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, func, select

from helpdesk import ticker
from helpdesk.core import history, jobs
from helpdesk.core.history import HistoryEntry, HistoryLink
from helpdesk.core.outbox import Promise, Standing

NAME = "ground.test_job"


class DeafBell:
    """Redis is away."""

    def ring(self, queue):
        return False


@pytest.fixture
def done(monkeypatch):
    """A job that notes that it ran."""
    ran = []
    job = jobs.Job(NAME, jobs.Queue.NOTICES, (60,), lambda desk, *, number: ran.append(number))
    monkeypatch.setitem(jobs._register, NAME, job)
    return ran


def promise(desk, now, *, after=timedelta(0), number=1):
    with desk.begin(at=now) as work:
        work.promise(NAME, after=after, number=number)


def standings(desk):
    with desk.begin() as work:
        return [one.standing for one in work.session.scalars(select(Promise))]


def test_it_calls_the_worker_for_what_is_due_and_leaves_the_work_to_it(desk, now, done):
    promise(desk, now)

    ticker.tick(desk, at=now + timedelta(seconds=10))

    assert desk.bell.rung == ["notices"]
    assert done == []


def test_what_is_not_due_yet_is_left_alone(desk, now, done):
    promise(desk, now, after=timedelta(hours=1))

    ticker.tick(desk, at=now + timedelta(minutes=59))

    assert desk.bell.rung == []
    assert standings(desk) == [Standing.WAITING]


def test_with_redis_away_it_keeps_the_promise_itself(desk, now, done):
    promise(desk, now, number=7)

    ticker.tick(replace(desk, bell=DeafBell()), at=now + timedelta(seconds=10))

    assert done == [7]
    assert standings(desk) == [Standing.KEPT]


def test_when_no_worker_comes_for_two_minutes_it_keeps_the_promise_itself(desk, now, done):
    promise(desk, now)

    ticker.tick(desk, at=now + timedelta(minutes=2, seconds=1))

    assert done == [1]


def test_each_tick_chains_history(desk, now):
    with desk.begin(at=now) as work:
        work.record_about("test.happened", "tests", "1")

    ticker.tick(desk, at=now)

    with desk.begin(at=now) as work:
        entries = work.session.scalar(select(func.count()).select_from(HistoryEntry))
        links = work.session.scalar(select(func.count()).select_from(HistoryLink))
        findings = list(history.verify(work.session, witness=history.witness_of(desk.service)))
    assert links == entries > 0
    assert findings == []


def test_one_ticks_and_the_other_stands_by_until_the_first_is_gone(postgres, monkeypatch):
    monkeypatch.setattr(ticker, "TICK", 0.05)
    engines = [create_engine(postgres.url("helpdesk_app")) for _ in range(2)]
    first, second = threading.Event(), threading.Event()
    leave = threading.Event()

    def hold(engine, holds):
        with ticker._held(engine):
            holds.set()
            leave.wait(10)

    one = threading.Thread(target=hold, args=(engines[0], first))
    one.start()
    assert first.wait(5)
    other = threading.Thread(target=hold, args=(engines[1], second))
    other.start()
    assert not second.wait(0.5)

    leave.set()

    assert second.wait(5)
    one.join()
    other.join()
    for engine in engines:
        engine.dispose()
