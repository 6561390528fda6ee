"""Whatever gives up after its tries says so on the board, in a sentence, and not in silence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import update

from helpdesk import context_assembly
from helpdesk.core import jobs
from helpdesk.core.actors import Role
from helpdesk.core.emails import TemporaryMailError
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.core.outbox import OutboxJob, OutboxJobState
from helpdesk.duty.failed_job_texts import UNDONE
from helpdesk.escalations.operations.delivery_attempts import BACKOFF
from tests.escalations.conftest import a_house
from tests.factories import a_case, a_person, a_team, sign_in

assert context_assembly.JOBS


@pytest.fixture
def house(context):
    with context.begin() as work:
        return a_house(work, context)


def board_of(staff, somebody):
    return " ".join(unescape(sign_in(staff, somebody).get("/duty").text).split())


def try_until_it_gives_up(context, queue, tries):
    """The worker looks whenever a try is due; a pause is over at once."""
    for _ in range(tries):
        with context.begin() as work:
            waiting = update(OutboxJob).where(OutboxJob.state == OutboxJobState.WAITING)
            work.session.execute(waiting.values(due_at=work.at))
            work.record_about("test.pause_is_over", "outbox", "x")
        run_due_jobs(context, queue, at=datetime.now(UTC) + timedelta(seconds=1))


@pytest.mark.parametrize("name", sorted(UNDONE))
def test_a_job_that_fails_at_each_try_is_on_the_board_in_words(context, staff, name, monkeypatch):
    def fail(_context, **_arguments):
        raise TemporaryMailError

    monkeypatch.setitem(jobs._register, name, replace(jobs.job_by_name(name), function=fail))
    with context.begin() as work:
        queue = a_team(work)
        lead = a_person(work, Role.COORDINATOR, [queue])
        case = a_case(work, queue)
        work.enqueue(name, case_id=case.id)
        work.record("case.changed_by_test", case)
    plan = jobs.job_by_name(name)
    tries = len(plan.retry_after) + 1

    try_until_it_gives_up(context, plan.queue, tries - 1)
    assert UNDONE[name] not in board_of(staff, lead)
    try_until_it_gives_up(context, plan.queue, 1)

    page = board_of(staff, lead)
    assert "Jobs that failed" in page
    assert UNDONE[name] in page
    assert f"tried {tries} times" in page


class NoMailServer:
    """The mail server is away, each time."""

    def send(self, _letter):
        raise TemporaryMailError


def test_a_request_that_no_mail_server_took_is_on_the_board(house, staff):
    context = replace(house.context, mailer=NoMailServer())
    escalation = house.approve(house.ask())

    tries = len(BACKOFF) + 1
    for number in range(tries):
        page = board_of(staff, house.lead)
        assert "Requests that could not be sent" not in page, number
        with context.begin() as work:
            delivery = work.session.merge(house.delivery(escalation))
            delivery.retry_at = None
            work.record("test.pause_is_over", delivery)
        jobs.job_by_name("escalations.deliver").function(context, delivery_id=delivery.id)

    page = board_of(staff, house.lead)
    assert "Requests that could not be sent" in page
    assert escalation.ref in page.partition("Requests that could not be sent")[2]
    assert "is responsible for it" in page


def test_a_partner_whom_no_letter_reaches_is_on_the_board_from_the_first_try(house, staff):
    escalation = house.carried()
    context = replace(house.context, mailer=NoMailServer())

    with pytest.raises(TemporaryMailError):
        jobs.job_by_name("escalations.tell_partner").function(
            context, escalation_id=escalation.id, about="x"
        )

    page = board_of(staff, house.lead)
    assert "t tell about an update" in page
    assert escalation.ref in page.partition("t tell about an update")[2]
