"""Promises are kept at least once, by one holder at a time, and given up in the open."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.core import job_runner, jobs, outbox
from helpdesk.core.actors import SYSTEM
from helpdesk.core.history import HistoryEntry
from helpdesk.core.outbox import OutboxJob, OutboxJobState

LATER = timedelta(minutes=1)


@pytest.fixture
def runs():
    """What the test's own job was called with; raise from it by filling `trouble`."""
    return []


@pytest.fixture
def trouble():
    return []


@pytest.fixture(autouse=True)
def tests_job(runs, trouble, monkeypatch):
    register = dict(jobs._register)
    monkeypatch.setattr(jobs, "_register", register)

    @jobs.job("tests.note", queue=jobs.Queue.NOTICES, retry_after=(60, 600))
    def note(context, *, thing_id):
        if trouble:
            raise trouble.pop(0)
        runs.append(thing_id)


def enqueue(context, now, **arguments):
    with context.begin(SYSTEM, at=now) as work:
        work.enqueue("tests.note", **arguments)


def the_outbox_job(context):
    with context.begin(SYSTEM) as work:
        return work.session.scalars(select(OutboxJob)).one()


def test_a_piece_of_work_that_fails_promises_nothing(context, now):
    with context.sessions() as session:
        work = context.work_in_session(session, SYSTEM, at=now)
        work.enqueue("tests.note", thing_id="a1")
        session.flush()
        session.rollback()

    assert job_runner.run_due_jobs(context, "notices", at=now) == 0


def test_a_promise_is_kept_once(context, now, runs):
    enqueue(context, now, thing_id="a1")

    job_runner.run_due_jobs(context, "notices", at=now)
    job_runner.run_due_jobs(context, "notices", at=now)

    assert runs == ["a1"]
    assert the_outbox_job(context).state is OutboxJobState.DONE


def test_a_promise_for_later_waits(context, now, runs):
    with context.begin(SYSTEM, at=now) as work:
        work.enqueue("tests.note", after=timedelta(minutes=15), thing_id="a1")

    assert job_runner.run_due_jobs(context, "notices", at=now) == 0
    assert job_runner.run_due_jobs(context, "notices", at=now + timedelta(minutes=15)) == 1


def test_trouble_postpones_then_gives_up_where_a_person_sees_it(context, now, runs, trouble):
    trouble += [OSError("the words of an error"), OSError("again"), OSError("and again")]
    enqueue(context, now, thing_id="a1")

    for hours in range(3):
        job_runner.run_due_jobs(context, "notices", at=now + timedelta(hours=hours))

    ended = the_outbox_job(context)
    assert (ended.state, ended.attempts, ended.trouble) == (OutboxJobState.FAILED, 3, "OSError")
    with context.begin(SYSTEM) as work:
        assert [one.id for one in outbox.failed_jobs(work.session)] == [ended.id]
        [entry] = work.session.scalars(
            select(HistoryEntry).where(HistoryEntry.action == "outbox.gave_up")
        )
        assert "words" not in str(entry.details)


def test_a_job_that_is_not_to_be_done_yet_waits_and_has_all_its_tries(context, now, runs, trouble):
    tomorrow = now + timedelta(days=1)
    trouble += [OSError(), jobs.JobPostponed(tomorrow), OSError(), OSError()]
    enqueue(context, now, thing_id="a1")

    for minutes in (0, 1):
        job_runner.run_due_jobs(context, "notices", at=now + timedelta(minutes=minutes))
    waiting = the_outbox_job(context)
    assert (waiting.state, waiting.attempts) == (OutboxJobState.WAITING, 0)
    assert (waiting.due_at, waiting.trouble) == (tomorrow, None)
    assert job_runner.run_due_jobs(context, "notices", at=tomorrow - LATER) == 0
    for hours in range(3):
        job_runner.run_due_jobs(context, "notices", at=tomorrow + timedelta(hours=hours))

    assert runs == ["a1"]
    assert the_outbox_job(context).state is OutboxJobState.DONE


def test_a_dead_workers_promise_is_taken_over_and_its_late_word_not_believed(context, now):
    enqueue(context, now, thing_id="a1")
    with context.begin(SYSTEM, at=now) as work:
        [first] = outbox.lease_due_jobs(work.session, queue="notices", at=now, limit=5)
        assert outbox.lease_due_jobs(work.session, queue="notices", at=now, limit=5) == []
    later = now + outbox.LEASE + timedelta(seconds=1)

    with context.begin(SYSTEM, at=later) as work:
        [second] = outbox.lease_due_jobs(work.session, queue="notices", at=later, limit=5)
        assert second.fence > first.fence
        assert not outbox.mark_job_done(work.session, first, at=later)
        assert outbox.mark_job_done(work.session, second, at=later)


def test_a_promise_carries_ids_only(context, now):
    with context.begin(SYSTEM, at=now) as work, pytest.raises(ValueError, match="more than ids"):
        work.enqueue("tests.note", thing_id="what somebody told us")


def test_an_unknown_job_cannot_be_promised(context, now):
    with context.begin(SYSTEM, at=now) as work, pytest.raises(KeyError):
        work.enqueue("tests.nothing", thing_id="a1")


def test_a_job_of_another_version_keeps_nobody_else_from_being_heard(context, now, runs):
    with context.begin(SYSTEM, at=now) as work:
        gone = OutboxJob(job="tests.gone", queue="notices", arguments={}, due_at=now - LATER)
        work.session.add(gone)
        work.enqueue("tests.note", thing_id="a1")

    job_runner.run_due_jobs(context, "notices", at=now)

    assert runs == ["a1"]
    with context.begin(SYSTEM) as work:
        gone = work.session.get(OutboxJob, gone.id)
        assert (gone.state, gone.attempts) == (OutboxJobState.WAITING, 1)
        assert gone.due_at > now


def test_what_waits_behind_a_slow_job_is_not_leased_before_its_turn(context, now):
    seen = []

    @jobs.job("tests.slow", queue=jobs.Queue.NOTICES)
    def slow(context, *, thing_id):
        with context.begin(SYSTEM) as work:
            seen.append(sorted(one.state for one in work.session.scalars(select(OutboxJob))))

    with context.begin(SYSTEM, at=now) as work:
        work.enqueue("tests.slow", thing_id="a1")
        work.enqueue("tests.slow", thing_id="a2")

    job_runner.run_due_jobs(context, "notices", at=now)

    assert seen == [["leased", "waiting"], ["kept", "leased"]]


def test_a_promise_whose_worker_dies_each_time_waits_for_a_person_in_the_end(context, now, runs):
    enqueue(context, now, thing_id="a1")
    moment, tries = now, 0
    for _ in range(3):
        with context.begin(SYSTEM, at=moment) as work:
            tries += len(outbox.lease_due_jobs(work.session, queue="notices", at=moment, limit=1))
        moment += outbox.LEASE + timedelta(seconds=1)

    job_runner.run_due_jobs(context, "notices", at=moment)

    ended = the_outbox_job(context)
    assert (tries, runs) == (3, [])
    assert (ended.state, ended.trouble) == (OutboxJobState.FAILED, "worker_gone")


def test_what_was_left_out_believes_no_worker_that_had_it(context, now):
    enqueue(context, now, thing_id="a1")
    with context.begin(SYSTEM, at=now) as work:
        [held] = outbox.lease_due_jobs(work.session, queue="notices", at=now, limit=1)
    with context.begin(SYSTEM, at=now) as work:
        outbox.skip_outbox_job_after_restore(
            work.session.get(OutboxJob, held.outbox_job_id), at=now
        )

    with context.begin(SYSTEM, at=now) as work:
        assert not outbox.mark_job_done(work.session, held, at=now)
    assert the_outbox_job(context).state is OutboxJobState.SKIPPED
