"""A partner whom we come to doubt has requests of ours: somebody hears of each, and nobody waits
for an answer that cannot come."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.accounts import operations as accounts
from helpdesk.accounts.queries import members_with_key
from helpdesk.cases.states import CaseState
from helpdesk.core.actors import Role
from helpdesk.core.history import HistoryEntry
from helpdesk.core.outbox import OutboxJob
from helpdesk.escalations import clocks, jobs, operations
from helpdesk.escalations.states import EscalationState
from helpdesk.partners.models import Partner
from tests.conftest import become
from tests.escalations.conftest import at
from tests.escalations.test_stopped_at_the_desk import doubt
from tests.escalations.test_views import page_of
from tests.factories import a_person, sign_in, vet


def follow(house, *, later=timedelta(0)):
    """What the worker does when it hears of it, now or some time later."""
    with house.as_(house.writer) as work:
        told = work.session.scalars(
            select(OutboxJob).where(OutboxJob.job == "escalations.follow_vetting")
        ).all()
    before = become(house.context, "helpdesk_worker")
    then = at(house.context, datetime.now(UTC) + later)
    jobs.hold_or_resume_requests_after_vetting(then, **told[-1].arguments)
    become(house.context, before)


def queued(house, job):
    with house.as_(house.writer) as work:
        found = select(OutboxJob).where(OutboxJob.job == job)
        return [dict(one.arguments) for one in work.session.scalars(found)]


def vet_again(house):
    with house.context.begin() as work:
        vet(work, work.session.merge(house.partner))


def test_a_case_wakes_whose_partner_is_in_doubt_and_its_people_hear_of_it(house):
    escalation = house.carried()
    assert house.case_now().state is CaseState.WAITING
    doubt(house)

    follow(house)

    assert house.case_now().state is CaseState.OPEN
    assert house.now(escalation).answer_due_at is None
    told = queued(house, "triage.tell_owner")
    assert [one for one in told if one.get("request_id") == escalation.id]


def test_it_is_held_up_once(house):
    escalation = house.carried()
    doubt(house)

    follow(house)
    follow(house)

    with house.as_(house.writer) as work:
        said = select(HistoryEntry).where(
            HistoryEntry.subject_id == escalation.id, HistoryEntry.action == "escalation.held_up"
        )
        assert len(work.session.scalars(said).all()) == 1


def test_their_clock_gets_what_was_left_when_they_are_vetted_again(house):
    escalation = house.carried()
    left = house.now(escalation).answer_due_at - datetime.now(UTC)
    doubt(house)
    follow(house, later=timedelta(minutes=20))
    vet_again(house)

    follow(house, later=timedelta(minutes=50))

    again = house.now(escalation).answer_due_at - datetime.now(UTC) - timedelta(minutes=50)
    assert again == pytest.approx(left - timedelta(minutes=20), abs=timedelta(minutes=5))
    news = queued(house, "escalations.tell_partner")
    assert [one for one in news if one["about"].startswith("vetted-")]


def test_who_was_vetted_again_before_the_worker_came_is_held_up_by_nothing(house):
    escalation = house.carried()
    due = house.now(escalation).answer_due_at
    doubt(house)
    vet_again(house)

    follow(house)

    assert house.now(escalation).answer_due_at == due
    assert not queued(house, "escalations.tell_partner")


def test_a_question_of_theirs_is_held_up_too(house):
    escalation = house.carried()
    with house.as_(house.theirs) as work:
        operations.ask_for_information(work, house.mine(work, escalation), question="Which one?")
    before = len(queued(house, "triage.tell_owner"))
    doubt(house)

    follow(house)

    assert house.now(escalation).state is EscalationState.NEED_INFORMATION
    assert len(queued(house, "triage.tell_owner")) == before + 1


def test_request_case_and_board_say_so(house, staff):
    escalation = house.carried()
    doubt(house)

    client = sign_in(staff, house.writer)

    assert "we have doubts about" in client.get(page_of(house, escalation)).text
    assert (
        "Held up: we have doubts about the partner" in client.get(f"/cases/{house.case.ref}").text
    )
    assert "we have doubts about the partner" in client.get("/duty").text


def test_their_time_is_never_counted_while_it_stood(house):
    escalation = house.carried()
    doubt(house)
    follow(house)
    with house.context.begin(at=datetime.now(UTC) + timedelta(days=3)) as work:
        assert clocks.time_used_by_partner(work, house.now(escalation)) < timedelta(minutes=1)


def test_a_clock_that_goes_on_is_no_word_of_theirs(house):
    """Their reporter reads whether somebody there has confirmed it."""
    escalation = house.carried()
    doubt(house)
    follow(house)
    vet_again(house)
    follow(house)

    with house.as_reporter() as work:
        [way] = clocks.arrival_and_first_sign_by_request(
            work, [house.mine(work, escalation)]
        ).values()
    assert not way.was_seen


def block_them(house, *, but=0):
    """All who can open requests there, or all but one."""
    with house.as_(house.lead) as work:
        team = work.session.get(Partner, house.partner.id).team_id
        for person in list(members_with_key(work.session, team))[but:]:
            accounts.disable_person(work, person)
    with house.as_(house.writer) as work:
        told = select(OutboxJob).where(OutboxJob.job == "escalations.wake_unread")
        arguments = [dict(one.arguments) for one in work.session.scalars(told)]
    before = become(house.context, "helpdesk_worker")
    for one in arguments:
        jobs.wake_cases_of_unread_requests(house.context, **one)
    become(house.context, before)


def test_a_case_wakes_where_nobody_of_the_partner_can_open_requests_any_more(house):
    escalation = house.carried()
    assert house.case_now().state is CaseState.WAITING

    block_them(house)

    assert house.case_now().state is CaseState.OPEN
    told = queued(house, "triage.tell_owner")
    assert [one for one in told if one.get("request_id") == escalation.id]


def test_it_sleeps_on_where_somebody_of_theirs_is_left(house):
    house.carried()
    with house.context.begin() as work:
        a_person(work, Role.PARTNER, [work.session.merge(house.partner).team])

    block_them(house, but=1)

    assert house.case_now().state is CaseState.WAITING
