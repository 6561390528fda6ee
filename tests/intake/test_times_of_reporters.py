"""No time in the database says to the second, or to the minute, when a reporter was there."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from helpdesk import ticker
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseState
from helpdesk.core import outbox
from helpdesk.core.codes import ReturnCode
from helpdesk.core.emails import PermanentMailError
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.core.outbox import OutboxJob, OutboxJobState
from helpdesk.core.work import round_down_to_hour
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.states import EscalationState, Priority
from tests.factories import a_case, a_person
from tests.intake.test_reports import go_to, send
from tests.intake.test_requests import Story

COLUMNS = """SELECT table_name, column_name FROM information_schema.columns
    JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND data_type LIKE 'timestamp%'
    ORDER BY 1, 2"""
COLUMNS_OF = """SELECT column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = :table AND data_type LIKE 'timestamp%'"""
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
def owner(house):
    """Somebody who can be sent letters."""
    with house.backstage() as context, context.begin() as work:
        return a_person(work, teams=[house.team], email="owner@house.test")


@pytest.fixture
def code(house, owner):
    """The return code of a case that can wait, and of whose times none is exact."""
    code = ReturnCode.new()
    with house.inside(at=round_down_to_hour(datetime.now(UTC)) - timedelta(hours=3)) as work:
        a_case(
            work,
            house.team,
            code=code,
            level=Level.ROUTINE,
            state=CaseState.OPEN,
            owner=owner,
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
    assert [letter.to for letter in house.staff.mailer.sent if letter.to == "owner@house.test"]


@pytest.fixture
def story(house, browser):
    """A request that lies with a partner since this morning."""
    story = Story(house, browser)
    with house.inside() as work:
        work.session.get(Case, story.case.id).level = Level.ROUTINE
        work.session.scalars(select(Escalation)).one().priority = Priority.P4
        work.record("case.changed_by_test", story.case)
    story.approve().carry()
    three_hours_pass(house)
    return story


def three_hours_pass(house):
    house._become("postgres")
    with house.staff.begin() as work:
        work.session.execute(text("SET LOCAL session_replication_role = replica"))  # no triggers
        for table in ("clock_events", "escalations", "cases"):
            for column in work.session.scalars(text(COLUMNS_OF), {"table": table}).all():
                earlier = f"UPDATE {table} SET {column} = {column} - interval '3 hours'"  # noqa: S608
                work.session.execute(text(earlier))
        work.session.execute(text("SET LOCAL session_replication_role = origin"))
        work.session.expire_all()
    house._become("helpdesk_intake")


def work_off(house):
    house._become("helpdesk_worker")
    for queue in ("notices", "deliveries", "notices"):
        run_due_jobs(house.staff, queue)


def more_exact(house, before):
    return {name for name, many in exact_times(house).items() if many > before.get(name, 0)}


def test_what_follows_on_a_request_that_lies_with_a_partner_is_not_exact_either(
    house, browser, story
):
    before = exact_times(house)
    assert "escalations.answer_due_at" in before

    browser.open("/mailbox/case/danger")
    browser.send("/mailbox/case/danger")
    work_off(house)

    assert more_exact(house, before) == set()
    assert "escalations.answer_due_at" not in exact_times(house)
    with house.inside() as work:
        assert work.session.scalars(select(Escalation)).one().priority is Priority.P1

    browser.open("/mailbox/case")
    browser.send("/mailbox/case/consents", answers={"agreed": ["help"]})
    browser.send("/mailbox/case/consents", button=("is_sure", "yes"))
    house.staff.mailer.trouble.append(PermanentMailError(550))
    work_off(house)

    assert story.state() is EscalationState.WITHDRAWN
    with house.inside() as work:
        assert work.session.scalars(select(Escalation)).one().untold_since is not None
    assert more_exact(house, before) == set()


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
