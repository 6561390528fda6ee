"""Words by another way, at the staff's pages: what is written down, and what it stops."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.cases import clocks
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, LoggedConversation
from helpdesk.cases.states import CaseState
from helpdesk.core.actors import Role
from helpdesk.core.history import HistoryEntry
from helpdesk.triage.repository import load_decision_table
from tests.factories import a_case, a_person, a_team, sign_in, work_as

SUMMARY = "They have the second phone with them."


@pytest.fixture
def house(context, staff):
    """An unanswered case of three hours ago, open before somebody who has it."""
    staff.application.config["WTF_CSRF_ENABLED"] = False
    began = datetime.now(UTC) - timedelta(hours=3)
    with context.begin(at=began) as work:
        queue = a_team(work)
        lead = a_person(work, Role.COORDINATOR, [queue])
        responder = a_person(work, teams=[queue])
        case = a_case(work, queue, level=Level.URGENT, owner=responder)
    sign_in(staff, responder)
    return context, queue, lead, responder, case, began


def typed(at, **others):
    told = {"way": "telephone", "spoke_at": f"{at:%Y-%m-%dT%H:%M}", "reached": "yes"}
    return {**told, "summary": SUMMARY, "seen": "", **others}


def record(staff, case, at, **others):
    return staff.post(f"/cases/{case.ref}/conversations", data=typed(at, **others))


def now_of(context, case):
    with context.begin() as work:
        return work.session.get(Case, case.id)


def minutes_ago(number):
    return (datetime.now(UTC) - timedelta(minutes=number)).replace(second=0, microsecond=0)


@pytest.mark.parametrize("way", ["telephone", "signal", "in_person", "other_desk", "other"])
def test_a_call_counts_as_the_answer_from_when_it_was(house, staff, way):
    context, _queue, _lead, _responder, case, _began = house
    at = minutes_ago(40)

    assert record(staff, case, at, way=way).status_code == 303

    found = now_of(context, case)
    assert found.reply_due_at is None
    assert found.state is CaseState.OPEN
    assert found.word_due_at == at + load_decision_table().plan(Level.URGENT).next_word
    page = staff.get(f"/cases/{case.ref}").text
    assert SUMMARY in page
    assert "Recorded by" in page
    assert "Spoke to the reporter" in page


def test_who_was_not_reached_is_owed_an_answer_as_before_and_the_try_is_kept(house, staff):
    context, _queue, _lead, _responder, case, _began = house
    before = case.reply_due_at

    assert record(staff, case, minutes_ago(40), reached="no").status_code == 303

    found = now_of(context, case)
    assert (found.reply_due_at, found.word_due_at, found.state) == (before, None, CaseState.NEW)
    page = staff.get(f"/cases/{case.ref}").text
    assert "Did not reach them" in page
    assert "Tried to reach the reporter" in page


@pytest.mark.parametrize(
    ("minutes", "said"), [(-30, "This is in the future"), (600, "before the case began")]
)
def test_neither_in_the_future_nor_before_the_case_began(house, staff, minutes, said):
    context, _queue, _lead, _responder, case, _began = house

    answer = record(staff, case, minutes_ago(minutes))

    assert answer.status_code == 422
    assert said in answer.text
    assert SUMMARY in answer.text
    assert now_of(context, case).reply_due_at is not None


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"summary": ""}, "Type a few words about what was said."),
        ({"summary": "x" * 2001}, "2,001"),
        ({"way": ""}, "Choose one."),
        ({"way": "carrier-pigeon"}, "Not a valid choice"),
        ({"reached": ""}, "Choose one."),
        ({"spoke_at": ""}, "Enter the date and time"),
        ({"spoke_at": "yesterday"}, "Enter the date and time"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(house, staff, changed, said):
    context, _queue, _lead, _responder, case, _began = house

    answer = record(staff, case, minutes_ago(40), **changed)

    assert answer.status_code == 422
    assert said in answer.text
    assert changed.get("summary", SUMMARY) in answer.text
    assert now_of(context, case).reply_due_at is not None


def test_what_is_written_down_late_says_so_and_the_clock_keeps_both_times(house, staff):
    """Two hours after the answer was due, somebody says that they called in time."""
    context, queue, _lead, responder, _case, _began = house
    with context.begin(at=datetime.now(UTC) - timedelta(hours=6)) as work:
        case = a_case(work, work.session.merge(queue), level=Level.URGENT, owner=responder)
    assert case.reply_due_at < datetime.now(UTC)
    at = minutes_ago(5 * 60)

    assert record(staff, case, at).status_code == 303

    page = staff.get(f"/cases/{case.ref}").text
    assert "<strong>By phone</strong>" in page
    assert "It was recorded after our answer or update was due." in page
    with context.begin() as work:
        stop = clocks.clock_events_of(work.session, case.id, clocks.FIRST_REPLY)[-1]
        entry = select(HistoryEntry).where(HistoryEntry.action == "conversation.recorded")
        [entry] = work.session.scalars(entry.where(HistoryEntry.case_id == case.id))
    assert stop.at == at
    assert stop.noted_at == entry.at > at + timedelta(hours=4)
    assert entry.details["spoke_at"] == at.isoformat(timespec="minutes")


def test_the_newest_thing_heard_is_on_the_page_that_answers_it(house, staff):
    context, _queue, _lead, _responder, case, _began = house

    record(staff, case, minutes_ago(40), seen="something that is not there")

    assert now_of(context, case).reply_due_at == case.reply_due_at
    assert now_of(context, case).word_due_at is not None


def test_another_queue_writes_nothing_down(house, staff):
    context, _queue, _lead, _responder, case, _began = house
    with context.begin() as work:
        stranger = a_person(work, teams=[a_team(work)])
    client = sign_in(staff.application.test_client(), stranger)

    assert record(client, case, minutes_ago(40)).status_code == 404


def test_what_was_said_is_sealed_for_the_case(house, staff):
    context, _queue, _lead, responder, case, _began = house
    record(staff, case, minutes_ago(40))

    with work_as(context, responder) as work:
        found = select(LoggedConversation).where(LoggedConversation.case_id == case.id)
        [one] = work.session.scalars(found)
        assert b"second phone" not in one.summary.raw
        assert work.keys.open(one, "summary") == SUMMARY
