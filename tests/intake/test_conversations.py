"""What the mailbox says of a call, and what follows when its reporter says that it was not them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from helpdesk.app import create_app
from helpdesk.cases import operations as casework
from helpdesk.cases.disputed_conversations import newest_reporter_activity_ids
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, ConversationChannel, LoggedConversation
from helpdesk.cases.states import CaseOutcome, CaseState
from helpdesk.core.actors import NOBODY, Role, reporter
from helpdesk.core.codes import ReturnCode
from helpdesk.core.errors import Conflict, NotFound
from helpdesk.core.history import HistoryEntry
from helpdesk.core.outbox import OutboxJob
from helpdesk.duty import queries as duty
from helpdesk.intake import operations, queries
from helpdesk.settings import Surface
from tests.factories import a_case, a_person, sign_in

SUMMARY = "They have the second phone with them."
NOT_ME = "This wasn’t me"


@pytest.fixture
def mailbox(browser, case, code):
    browser.open("/mailbox")
    browser.send("/mailbox", answers={"code": " ".join(code.words)})
    return browser


def call(house, case, *, minutes=30, reached=True, way=ConversationChannel.TELEPHONE, seen=None):
    with house.inside() as work:
        at = work.at - timedelta(minutes=minutes)
        found = work.session.get(Case, case.id)
        one = casework.record_conversation(
            work, found, way=way, spoke_at=at, reached=reached, summary=SUMMARY, seen=seen
        )
        return one.id


def object_to(house, case, code, conversation_id):
    with house.at_the_door(reporter(case.id), own=code.secret()) as work:
        operations.dispute_conversation(work, queries.own_case(work), conversation_id)


def now_of(house, case):
    with house.inside() as work:
        return work.session.get(Case, case.id)


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (ConversationChannel.TELEPHONE, "We spoke with you by phone on"),
        (ConversationChannel.SIGNAL, "We spoke with you on Signal on"),
        (ConversationChannel.IN_PERSON, "We met you and spoke with you on"),
        (ConversationChannel.OTHER_DESK, "Another helpdesk spoke with you for us on"),
        (ConversationChannel.OTHER, "We spoke with you in another way on"),
    ],
)
def test_the_mailbox_says_the_day_and_the_way_and_not_what_was_said(
    house, mailbox, case, way, said
):
    call(house, case, way=way)

    page = mailbox.open("/mailbox/case").get_data(as_text=True)

    assert said in page
    assert "If that wasn’t you, tell us." in page
    assert SUMMARY not in page


@pytest.mark.parametrize("reached", [True, False])
def test_who_asked_for_emails_is_told_of_a_call_that_we_wrote_down(house, case, reached):
    call(house, case, reached=reached)

    with house.inside() as work:
        about = OutboxJob.arguments["case_id"].astext == case.id
        queued = set(work.session.scalars(select(OutboxJob.job).where(about)))
    assert ("intake.send_reminder" in queued) is reached


def test_a_try_that_reached_nobody_is_not_in_the_mailbox(house, mailbox, case):
    call(house, case, reached=False)

    assert "We spoke with you" not in mailbox.open("/mailbox/case").get_data(as_text=True)


def test_who_says_that_it_was_not_them_is_owed_the_answer_as_it_was_due(house, mailbox, case):
    due = case.reply_due_at
    conversation_id = call(house, case)
    assert now_of(house, case).reply_due_at is None
    mailbox.open("/mailbox/case")

    mailbox.send(f"/mailbox/case/conversations/{conversation_id}/objection")

    assert mailbox.status == 200
    assert "You told us that this wasn’t you." in mailbox.text
    assert NOT_ME not in mailbox.text
    assert now_of(house, case).reply_due_at == due
    with house.inside() as work:
        denied = select(HistoryEntry).where(HistoryEntry.action == "conversation.denied")
        [entry] = work.session.scalars(denied)
        assert (entry.case_id, entry.actor_id) == (case.id, f"reporter:{case.id}")
        promised = select(OutboxJob.job).where(OutboxJob.arguments["case_id"].astext == case.id)
        assert "triage.tell_owner" in set(work.session.scalars(promised))


def test_what_was_hidden_by_a_call_that_never_was_is_late_and_red(house):
    """Somebody says, an hour after the answer was due, that they called in time."""
    code = ReturnCode.new()
    with house.inside(at=datetime.now(UTC) - timedelta(hours=5)) as work:
        case = a_case(work, house.team, code=code, level=Level.URGENT, owner=house.responder)
    due = case.reply_due_at
    conversation_id = call(house, case, minutes=270)
    assert now_of(house, case).reply_due_at is None

    object_to(house, case, code, conversation_id)

    assert now_of(house, case).reply_due_at == due < datetime.now(UTC)
    app = create_app(house.staff, Surface.STAFF)
    app.testing = True
    with house.backstage():
        page = sign_in(app.test_client(), house.responder).get("/duty").text
    for title in ("“I didn’t say this”", "Our answer or update is late"):
        assert case.ref in page.partition(title)[2].partition("</table>")[0]


def test_a_call_of_before_the_case_rose_is_answered_by_the_level_of_now(house):
    code, now = ReturnCode.new(), datetime.now(UTC)
    reported, called, told = (now - timedelta(hours=one) for one in (10, 8, 5))
    with house.inside(at=reported) as work:
        case = a_case(work, house.team, code=code, level=Level.ROUTINE, state=CaseState.NEW)
        casework.claim_case(work, case)
    with house.inside(at=called) as work:
        casework.record_conversation(
            work,
            work.session.get(Case, case.id),
            way=ConversationChannel.TELEPHONE,
            spoke_at=called,
            reached=True,
            summary="They said that they are safe.",
        )
    with house.at_the_door(reporter(case.id), own=code.secret(), at=told) as work:
        operations.report_danger(work, queries.own_case(work))
    with house.inside(at=told + timedelta(minutes=5)) as work:
        found = work.session.get(Case, case.id)
        casework.send_message(work, found, "Here.", seen=newest_reporter_activity_ids(work, found))
    with house.at_the_door(reporter(case.id), own=code.secret(), at=now) as work:
        own = queries.own_case(work)
        operations.dispute_conversation(work, own, queries.conversations_of(work, own)[0].id)

    due = now_of(house, case).reply_due_at
    assert due - now <= timedelta(minutes=30)


def test_a_call_that_answered_nothing_is_objected_to_and_an_answer_is_owed(house, case, code):
    with house.inside() as work:
        casework.send_message(work, work.session.get(Case, case.id), "Do not log in.")
    conversation_id = call(house, case, minutes=0)
    assert now_of(house, case).reply_due_at is None

    object_to(house, case, code, conversation_id)

    assert now_of(house, case).reply_due_at is not None


def test_a_closed_case_opens_again_with_the_objection(house, case, code):
    conversation_id = call(house, case)
    with house.inside() as work:
        casework.end_case_work(work, work.session.get(Case, case.id), outcome=CaseOutcome.RESOLVED)

    object_to(house, case, code, conversation_id)

    found = now_of(house, case)
    assert found.state is CaseState.OPEN
    assert found.reply_due_at is not None


def test_to_object_twice_changes_nothing_more(house, case, code):
    conversation_id = call(house, case)

    object_to(house, case, code, conversation_id)
    object_to(house, case, code, conversation_id)

    with house.inside() as work:
        denied = select(HistoryEntry).where(HistoryEntry.action == "conversation.denied")
        assert len(work.session.scalars(denied).all()) == 1


def test_only_a_message_answers_an_objection(house, case, code):
    conversation_id = call(house, case)
    object_to(house, case, code, conversation_id)
    owed = now_of(house, case).reply_due_at

    call(house, case, minutes=0)
    assert now_of(house, case).reply_due_at == owed
    with house.inside() as work:
        found = work.session.get(Case, case.id)
        with pytest.raises(Conflict, match="wasn’t them"):
            casework.mark_no_reply_needed(work, found, seen="")
        # A page that was open before they said so has not seen it.
        casework.send_message(work, found, "Hello?", seen="")
        assert found.reply_due_at == owed
        casework.send_message(work, found, "We never called. Who did?", seen=conversation_id)
        assert found.reply_due_at is None
        assert not duty.load_board(work).disputed


def test_a_call_before_they_wrote_does_not_answer_what_they_wrote(house, case, code):
    with house.inside(at=datetime.now(UTC) - timedelta(hours=2)) as work:
        casework.send_message(work, work.session.get(Case, case.id), "Do not log in.")
    at = datetime.now(UTC) - timedelta(minutes=30)
    with house.at_the_door(reporter(case.id), own=code.secret(), at=at) as work:
        heard = operations.send_message_as_reporter(
            work, queries.own_case(work), body="They are back."
        ).id

    call(house, case, minutes=150, seen=heard)
    assert now_of(house, case).reply_due_at is not None
    call(house, case, minutes=0, seen=heard)
    assert now_of(house, case).reply_due_at is None


def clock_time(words):
    return datetime.fromisoformat(f"2026-11-20T{words}:00+00:00")


# When the reporter told us something after our answer of 08:30, when we spoke, and whether it can
# have been the answer. Of several things within an hour nobody knows when the last one came.
CALLS = [
    (["10:05", "10:50"], "10:20", False),
    (["10:05", "10:50"], "10:58", False),
    (["10:05", "10:50"], "11:00", True),
    (["09:10", "10:50"], "10:20", False),
    (["10:50"], "10:20", False),
    (["10:50"], "10:49", False),
    (["10:53"], "10:52", False),
    (["10:50"], "10:55", True),
]


@pytest.mark.parametrize(("messages", "spoke_at", "counts"), CALLS)
def test_a_call_is_no_answer_to_what_may_have_come_after_it(
    house, code, messages, spoke_at, counts
):
    with house.inside(at=clock_time("08:02")) as work:
        case = a_case(work, house.team, code=code, owner=house.responder)
    with house.inside(at=clock_time("08:30")) as work:
        casework.send_message(work, work.session.get(Case, case.id), "Hello.")
    for at in messages:
        with house.at_the_door(reporter(case.id), own=code.secret(), at=clock_time(at)) as work:
            heard = operations.send_message_as_reporter(
                work, queries.own_case(work), body="More."
            ).id

    with house.inside(at=clock_time("12:00")) as work:
        found = work.session.get(Case, case.id, populate_existing=True)
        casework.record_conversation(
            work,
            found,
            way=ConversationChannel.TELEPHONE,
            spoke_at=clock_time(spoke_at),
            reached=True,
            summary=SUMMARY,
            seen=heard,
        )

    assert (now_of(house, case).reply_due_at is None) == counts


@pytest.mark.parametrize(
    ("message", "spoke_at", "counts"),
    [
        (None, "10:00", False),
        (None, "10:04", False),
        (None, "10:05", True),
        ("10:50", "10:20", False),
        ("10:50", "11:00", True),
    ],
)
def test_a_call_before_the_report_arrived_answers_nothing(
    house, browser, code, message, spoke_at, counts
):
    with house.inside(at=clock_time("10:00")) as work:
        case = a_case(work, house.team, code=code, owner=house.responder)
    with house.backstage() as context, context.begin(NOBODY, at=clock_time("10:00")) as work:
        work.record("case.submitted", case)
    if message:
        with house.at_the_door(
            reporter(case.id), own=code.secret(), at=clock_time(message)
        ) as work:
            operations.send_message_as_reporter(work, queries.own_case(work), body="More.")

    with house.inside(at=clock_time("12:00")) as work:
        found = work.session.get(Case, case.id, populate_existing=True)
        casework.record_conversation(
            work,
            found,
            way=ConversationChannel.TELEPHONE,
            spoke_at=clock_time(spoke_at),
            reached=True,
            summary=SUMMARY,
        )

    assert (now_of(house, case).reply_due_at is None) == counts


def test_nobody_objects_for_another_reporter(house, case, code):
    with house.inside() as work:
        other = a_case(work, house.team, code=ReturnCode.new(), owner=house.responder)
    theirs = call(house, other, minutes=0)

    with pytest.raises(NotFound):
        object_to(house, case, code, theirs)


FORBIDDEN = {
    "what was said": "SELECT summary FROM conversations",
    "who spoke": "SELECT author FROM conversations",
    "a call that never was": "INSERT INTO conversations (id) VALUES ('x')",
    "another day": "UPDATE conversations SET spoke_at = now()",
    "settled": "UPDATE conversations SET settled_at = now()",
    "gone": "DELETE FROM conversations",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_public_pages_role_reads_and_changes_no_more(house, case, code, what):
    call(house, case)

    with (
        house.at_the_door(reporter(case.id), own=code.secret()) as work,
        pytest.raises(ProgrammingError, match="permission denied"),
        work.session.begin_nested(),
    ):
        work.session.execute(text(FORBIDDEN[what]))


def test_the_public_pages_role_sees_and_objects_to_those_of_the_open_mailbox_alone(
    house, case, code
):
    with house.inside() as work:
        a_person(work, Role.RESPONDER, [house.team])
        other = a_case(work, house.team, code=ReturnCode.new(), owner=house.responder)
    call(house, other, minutes=0)
    mine, tried = call(house, case), call(house, case, reached=False)

    with house.at_the_door(reporter(case.id), own=code.secret()) as work:
        seen = work.session.scalars(select(LoggedConversation.id)).all()
        objected = text("UPDATE conversations SET objected_at = date_trunc('hour', now())")
        assert work.session.execute(objected).rowcount == 1

    assert seen == [mine]
    assert tried not in seen
