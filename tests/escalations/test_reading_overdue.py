"""When the hour is over and nobody has read what left on one person's word, somebody is called."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.cases.levels import Level
from helpdesk.core.history import HistoryEntry
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.escalations import operations
from helpdesk.escalations.states import Ask
from tests.factories import sign_in

SECOND, LEAD = "second@helpdesk.test", "lead@helpdesk.test"


@pytest.fixture
def unread(house):
    """A request that its writer let leave alone; the coordinator was told of it by email."""
    house.change_case(level=Level.IMMEDIATE)
    escalation = house.approve(house.ask(), who=house.writer)
    assert told(house, later=timedelta(0)) == [LEAD]
    return escalation


def told(house, *, later):
    """Whom the worker tells of requests, when it looks so much later."""
    house.context.mailer.sent.clear()
    run_due_jobs(house.context, "notices", at=datetime.now(UTC) + later + timedelta(seconds=30))
    return [one.to for one in house.context.mailer.sent if "request" in one.subject]


def read(house, escalation):
    with house.as_(house.second) as work:
        operations.confirm_read_afterwards(work, house.mine(work, escalation))


def test_who_has_not_heard_is_called_when_the_hour_is_over(house, unread):
    assert told(house, later=timedelta(minutes=50)) == []

    assert told(house, later=timedelta(hours=1)) == [SECOND]

    [letter] = [one for one in house.context.mailer.sent if one.to == SECOND]
    assert unread.ref in letter.subject
    assert "marker" not in letter.body
    assert told(house, later=timedelta(hours=9)) == []


def test_nobody_is_called_once_it_was_read(house, unread):
    read(house, unread)

    assert told(house, later=timedelta(hours=2)) == []


def test_who_has_heard_is_called_again_if_nobody_else_is_there(house, unread):
    with house.as_(house.lead) as work:
        work.session.get(type(house.second.person), house.second.person.id).email = None
        work.record("person.changed_by_test", house.case)

    assert told(house, later=timedelta(hours=1)) == [LEAD]


def test_an_hour_that_is_counted_no_more_says_nothing(house, unread):
    """It was read, and an answer left alone after that: that one has an hour of its own."""
    read(house, unread)
    with house.as_(house.writer, at=datetime.now(UTC) + timedelta(minutes=40)) as work:
        found = house.mine(work, unread)
        operations.approving.require_later_reading(work, found)
        work.record("test.left_alone_again", found)

    assert told(house, later=timedelta(hours=1, minutes=1)) == []
    assert told(house, later=timedelta(hours=1, minutes=41)) == [SECOND]


def test_the_case_and_the_request_say_that_it_was_not_read(house, unread, staff):
    told(house, later=timedelta(hours=1))

    with house.context.begin() as work:
        said = select(HistoryEntry.details).where(
            HistoryEntry.action == "escalation.second_reading_overdue"
        )
        assert work.session.scalars(said).one()["told"] == [house.second.person.id]
    client = sign_in(staff, house.lead)
    assert (
        "Nobody had read it within the hour" in client.get(f"/cases/{house.case.ref}/history").text
    )
    page = client.get(f"/cases/{house.case.ref}/requests/{unread.ref}").text
    assert f"<bdi>{house.second.person.name}</bdi> was emailed at" in page


def test_a_request_that_two_people_let_leave_calls_nobody(house):
    house.approve(house.ask(Ask.RESTORE))

    assert told(house, later=timedelta(hours=2)) == []
