"""The time of a piece of work is the database's, however wrong the machine's clock is."""

import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from helpdesk.app import create_app
from helpdesk.context_assembly import close_database_connections, open_context
from helpdesk.settings import Surface
from helpdesk.web.request_work import current_work

SLOW = timedelta(seconds=20)
ABOUT_A_CASE = {"subject_type": "cases", "subject_id": "a" * 32}


def open_desk(settings, postgres, role):
    url = postgres.url(role, "strict")
    return open_context(replace(settings, database_url=url))


@pytest.fixture
def worker(settings, postgres):
    context = open_desk(settings, postgres, "helpdesk_worker")
    yield context
    close_database_connections(context)


@pytest.fixture
def public_pages(settings, postgres):
    context = open_desk(settings, postgres, "helpdesk_intake")
    yield context
    close_database_connections(context)


@pytest.fixture
def set_machine(monkeypatch):
    """Set the clock of the machine that our programs run on; the database's stays right."""
    real = time.time

    def set_to(ahead):
        class Wrong(datetime):
            @classmethod
            def now(cls, tz=None):
                return datetime.now(tz) + ahead

        for name, module in list(sys.modules.items()):
            if name.startswith("helpdesk.") and issubclass(
                getattr(module, "datetime", type(None)), datetime
            ):
                monkeypatch.setattr(module, "datetime", Wrong)
        monkeypatch.setattr(time, "time", lambda: real() + ahead.total_seconds())

    return set_to


APART = [timedelta(seconds=n) for n in (-86_400, -4_500, -300, 400, 4_500, 86_400)]


@pytest.mark.parametrize("ahead", APART)
def test_what_a_worker_writes_is_taken_however_wrong_its_clock_is(worker, set_machine, ahead):
    set_machine(ahead)

    with worker.begin() as work:
        work.record_about("triage.duty_called", **ABOUT_A_CASE)
        work.session.flush()
        off = work.at - work.session.scalar(text("SELECT clock_timestamp()"))
        work.session.rollback()

    assert abs(off) < SLOW


@pytest.mark.parametrize("ahead", APART)
@pytest.mark.parametrize("asks", [{"method": "POST"}, {"headers": {"Cookie": "hd_public_door=1"}}])
def test_a_request_that_writes_or_comes_from_somebody_goes_by_the_database(
    public_pages, set_machine, ahead, asks
):
    app = create_app(public_pages, Surface.PUBLIC)
    set_machine(ahead)

    with app.test_request_context("/mailbox", **asks):
        at = current_work().at

    # A stranger's time is the five minutes before.
    assert -timedelta(minutes=5) - SLOW < at - datetime.now(UTC) <= SLOW


def test_a_clock_that_is_put_right_is_noticed_at_the_next_connection(worker, set_machine):
    set_machine(timedelta(days=1))
    with worker.begin():
        pass

    set_machine(timedelta(days=2))

    assert abs(worker.now() - datetime.now(UTC)) < SLOW
    assert worker.clock.is_stale
    with worker.begin() as work:
        assert abs(work.at - datetime.now(UTC)) < SLOW
    assert not worker.clock.is_stale


def test_what_is_in_doubt_is_asked_again_and_counted_on_until_then(worker, set_machine):
    set_machine(timedelta(days=1))
    with worker.begin():
        pass

    worker.clock.doubt()

    assert worker.clock.is_stale
    assert abs(worker.now() - datetime.now(UTC)) < SLOW


def test_a_machine_whose_clock_is_apart_says_so_once_until_it_is_right(worker, set_machine, caplog):
    for ahead in (0, -11, -11, 0, 7):
        set_machine(timedelta(minutes=ahead))
        with worker.begin():
            pass

    said = [one.getMessage() for one in caplog.records if "clock" in one.getMessage()]
    assert ["11 minutes behind" in said[0], "7 minutes ahead of" in said[1]] == [True, True]
    assert len(said) == 2


def test_without_a_database_a_stranger_reads_by_the_machines_clock(settings):
    nowhere = "postgresql+psycopg://nobody@/nothing?host=/nowhere"
    context = open_context(replace(settings, database_url=nowhere))
    app = create_app(context, Surface.PUBLIC)
    app.testing = True

    assert app.test_client().get("/").status_code == 200
    assert abs(context.now() - datetime.now(UTC)) < SLOW
