"""A promise of several transactions is never left between two of them by a worker of ours.

A real worker, a real Redis, a database where what is done stays. The flood never ends by itself:
each promise makes the next.
"""

import multiprocessing
import os
import signal
import time

import pytest
from redis import Redis
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import sessionmaker

from helpdesk.adapters.queue_notifier import RedisQueueNotifier
from helpdesk.adapters.rq_worker import open_worker
from helpdesk.core import job_runner, jobs
from helpdesk.core.app_context import AppContext
from helpdesk.core.outbox import OutboxJob, OutboxJobState
from tests.conftest import FakeMailer, FakeQueueNotifier

QUEUE, NAME = "notices", "adapters.flood"
PATIENCE = 60.0


@pytest.fixture
def context(postgres, settings):
    engine = create_engine(postgres.url("helpdesk_worker"))
    yield AppContext(settings, sessionmaker(engine), FakeQueueNotifier(), FakeMailer())
    engine.dispose()
    owner = create_engine(postgres.url("helpdesk_owner"))
    with owner.begin() as connection:
        connection.execute(text("DELETE FROM outbox WHERE job = :name"), {"name": NAME})
    owner.dispose()


@pytest.fixture
def flood(context, monkeypatch, tmp_path):
    """A job of two transactions, with a moment between them; what it began and ended."""
    began, ended = tmp_path / "began", tmp_path / "ended"

    def note(path, number):
        with path.open("a") as file:
            file.write(f"{number}\n")

    def do(_desk, *, number):
        with context.begin() as work:
            work.session.execute(text("SELECT 1 FROM outbox LIMIT 1"))
        note(began, number)
        time.sleep(0.2)
        with context.begin() as work:
            work.enqueue(NAME, number=number + 1)
        note(ended, number)

    monkeypatch.setitem(jobs._register, NAME, jobs.Job(NAME, jobs.Queue.NOTICES, (60,), do))
    with context.begin() as work:
        work.enqueue(NAME, number=1)

    def so_far():
        return [path.read_text().split() if path.exists() else [] for path in (began, ended)]

    return so_far


@pytest.fixture
def worker(context, redis_server, tmp_path):
    """A worker in a process of its own, woken once; and each look of it as a line."""
    looked = tmp_path / "looked"

    def look(queue):
        with looked.open("a") as file:
            file.write("look\n")
        job_runner.run_due_jobs(context, queue, seconds=job_runner.IN_A_JOB)
        return not job_runner.has_due_jobs(context, queue)

    def work():
        context.sessions.kw["bind"].dispose(close=False)
        open_worker(redis_server.url(), QUEUE, look).work(logging_level="WARNING")

    with Redis.from_url(redis_server.url()) as client:
        client.flushall()
    process = multiprocessing.get_context("fork").Process(target=work)
    process.looks = lambda: len(looked.read_text().split()) if looked.exists() else 0
    yield process
    if process.is_alive():
        process.kill()
    process.join()
    process.close()


def start(worker, redis_server, until):
    worker.start()
    assert RedisQueueNotifier(redis_server.url()).notify(QUEUE)
    deadline = time.monotonic() + PATIENCE
    while not until() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert until()


def test_asked_to_stop_in_a_flood_a_worker_ends_the_promise_it_is_at(worker, redis_server, flood):
    start(worker, redis_server, until=lambda: len(flood()[0]) >= 3)

    os.kill(worker.pid, signal.SIGTERM)
    # As long as the supervisor waits before it kills, and no longer.
    worker.join(10)

    assert worker.exitcode == 0, "it came to an end by itself"
    began, ended = flood()
    assert began == ended


def test_a_look_at_a_flood_is_over_between_two_promises_and_another_begins(
    worker, redis_server, flood, monkeypatch
):
    monkeypatch.setattr(job_runner, "IN_A_JOB", 0.5)

    start(worker, redis_server, until=lambda: worker.looks() >= 3)
    os.kill(worker.pid, signal.SIGTERM)
    worker.join(PATIENCE)

    began, ended = flood()
    assert began == ended
    assert began == sorted(set(began), key=int), "none was begun a second time"
    assert worker.looks() >= 3


def test_what_was_promised_next_is_there(worker, redis_server, flood, context):
    start(worker, redis_server, until=lambda: len(flood()[1]) >= 2)
    os.kill(worker.pid, signal.SIGTERM)
    worker.join(PATIENCE)

    with context.begin() as work:
        found = select(OutboxJob.arguments).where(OutboxJob.job == NAME)
        waiting = work.session.scalars(found.where(OutboxJob.state == OutboxJobState.WAITING)).all()
    assert waiting == [{"number": len(flood()[1]) + 1}]
