"""No time in the database says to the second, or to the minute, when a reporter was there."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from helpdesk import ticker
from helpdesk.cases.levels import Level
from helpdesk.cases.states import CaseState
from helpdesk.core import outbox
from helpdesk.core.codes import ReturnCode
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.core.outbox import OutboxJob, OutboxJobState
from helpdesk.core.work import round_down_to_hour
from tests.factories import a_case
from tests.intake.test_reports import go_to, send

COLUMNS = """SELECT table_name, column_name FROM information_schema.columns
    JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND data_type LIKE 'timestamp%'
    ORDER BY 1, 2"""
# What one row has for the whole house, written at each tick whoever does what.
OF_THE_HOUSE = frozenset({"sending", "ticker_lease"})
# When a job that failed is tried again, while it waits: minutes.
WAITS = {"outbox.due_at": " AND ended_at IS NOT NULL"}


def exact_times(house):
    """How many moments of each column are exact: their second has a fraction. A moment that only
    stands behind another, by some microseconds, has none."""
    house._become("postgres")
    found = {}
    with house.staff.begin() as work:
        for table, column in work.session.execute(text(COLUMNS)).all():
            exact = f"extract(microseconds FROM {column})::int % 1000000 > 1000"
            name = f"{table}.{column}"
            rows = f"SELECT count(*) FROM {table} WHERE {exact}{WAITS.get(name, '')}"  # noqa: S608
            if table not in OF_THE_HOUSE and (many := work.session.scalar(text(rows))):
                found[name] = many
    house._become("helpdesk_intake")
    return found


@pytest.fixture
def code(house):
    """The return code of a case that can wait, and of whose times none is exact."""
    code = ReturnCode.new()
    with house.inside(at=round_down_to_hour(datetime.now(UTC)) - timedelta(hours=3)) as work:
        a_case(
            work,
            house.team,
            code=code,
            level=Level.ROUTINE,
            state=CaseState.OPEN,
            owner=house.responder,
            answers={"danger": "none_known", "hold": "ended"},
        )
    return code


def test_what_a_reporter_does_leaves_no_exact_time(house, browser, code):
    before = exact_times(house)

    go_to(browser, 4)
    send(browser)
    browser.open("/mailbox")
    browser.send("/mailbox", answers={"code": " ".join(code.words)})
    browser.send("/mailbox/case/messages", answers={"body": "They are here."})
    browser.open("/mailbox/case/danger")
    browser.send("/mailbox/case/danger")
    house._become("helpdesk_worker")
    run_due_jobs(house.staff, "notices")
    house._become("helpdesk_ticker")
    ticker.tick(house.staff)

    assert exact_times(house) == before
    house._become("postgres")
    with house.staff.begin() as work:
        tables = {table for table, _column in work.session.execute(text(COLUMNS)).all()}
        said = {
            table
            for table in tables
            if work.session.scalar(text(f"SELECT EXISTS (SELECT FROM {table})"))  # noqa: S608
        }
    # Where it could have stood.
    assert {"cases", "clock_events", "history", "messages", "news", "outbox", "visits"} <= said
    assert "history_checkpoints" in said


def test_jobs_that_are_done_are_forgotten_after_a_day_and_no_other(house):
    states = (OutboxJobState.DONE, OutboxJobState.SKIPPED, OutboxJobState.FAILED, None)
    house._become("postgres")
    with house.staff.begin() as work:
        for hours in (23, 26):
            for state in states:
                ended_at = work.at - timedelta(hours=hours) if state else None
                work.add(
                    OutboxJob(
                        job="of.yesterday" if hours < 24 else "of.before",
                        queue="notices",
                        arguments={},
                        due_at=work.at,
                        state=state or OutboxJobState.WAITING,
                        ended_at=ended_at,
                    )
                )
    house._become("helpdesk_ticker")
    # A clock that is ahead forgets no more.
    with house.staff.begin() as work:
        outbox.forget_done_jobs(work.session, at=work.at + timedelta(days=400))

    house._become("postgres")
    with house.staff.begin() as work:
        left = work.session.execute(text("SELECT job, state FROM outbox ORDER BY 1, 2")).all()
    house._become("helpdesk_intake")
    assert left == [
        ("of.before", "failed"),
        ("of.before", "waiting"),
        ("of.yesterday", "failed"),
        ("of.yesterday", "kept"),
        ("of.yesterday", "skipped"),
        ("of.yesterday", "waiting"),
    ]
