"""Operations on messages to the reporter and on notes for colleagues."""

from helpdesk.cases import clocks, news, response_targets
from helpdesk.cases.disputed_conversations import (
    newest_reporter_activity_ids,
    settle_disputes_on_writing_to_reporter,
    unanswered_dispute_message,
)
from helpdesk.cases.events import AnswerAwaitsReporter
from helpdesk.cases.models import Case, Message, Note
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.policy import may_see_case, may_work_on_case
from helpdesk.cases.queries import lock_case, was_reporter_answered
from helpdesk.cases.reporter_objections import UNSEEN, is_danger_unanswered
from helpdesk.cases.states import CaseState
from helpdesk.core.errors import Conflict, StalePage
from helpdesk.core.work import Work


def send_message(work: Work, case: Case, text: str, *, seen: str | None = None) -> Message:
    """Send a message to the reporter. It keeps the promises of a reply and of an update.

    `seen` names what the reporter let us know last and the writer had before them
    (`spoken.last_heard`), or is empty if that was nothing. An answer to what they have not seen is
    still owed, and its clock goes on. None says that they have seen everything.
    """
    lock_case(work, case)
    work.require(may_see_case, case)
    if case.is_closed:
        raise Conflict("The case is closed. Reopen it before you write to the reporter.")
    message = Message(
        case=case,
        case_id=case.id,
        is_from_reporter=False,
        author=work.actor.id,
        sent_at=work.at,
    )
    message.body = work.keys.seal(message, "body", text)
    message.for_reporter = case.reporter_public.seal_text(
        text, message.envelope_place_of("for_reporter")
    )
    work.session.add(message)
    has_seen = seen is None or seen == newest_reporter_activity_ids(work, case)
    if has_seen:
        clocks.stop_reply_clock(work, case)
        settle_disputes_on_writing_to_reporter(work, case)
    if case.state is CaseState.NEW:
        case.open()
    response_targets.record_update_sent(work, case)
    response_targets.move_case_to_first_lane(work, case)
    work.record("message.sent", message, **({} if has_seen else {UNSEEN: True}))
    work.announce(AnswerAwaitsReporter(case.id))
    return message


def mark_no_reply_needed(work: Work, case: Case, *, seen: str) -> None:
    """Mark the reporter's last message as needing no reply. The first one is owed to everybody.

    `seen` names what they let us know last, and whoever says so had before them. Whoever says that
    it was not them we spoke with, or that they never told us what we wrote down, is written to; and
    no one person leaves without a word who tells us that someone is in danger.
    """
    lock_case(work, case)
    work.require(may_work_on_case, case)
    if not was_reporter_answered(work, case):
        raise Conflict("Nobody has answered this person yet.")
    if case.reply_due_at is None:
        raise StalePage("This case doesn’t need an answer.")
    if dispute := unanswered_dispute_message(work, case):
        raise Conflict(f"{dispute} Write to them.")
    if is_danger_unanswered(work, case):
        raise Conflict(
            "The reporter told us that someone is in danger. Write to them, or speak to them and"
            " record it."
        )
    if seen != newest_reporter_activity_ids(work, case):
        raise StalePage(
            "The reporter has written again since you opened the page. Read that first."
        )
    clocks.stop_reply_clock(work, case)
    work.record("message.needs_no_answer", case)


def add_case_note(work: Work, case: Case, text: str) -> Note:
    """Add a note for colleagues. A closed case can still be spoken of."""
    work.require(may_see_case, case)
    note = write_note_without_history(work, case, text)
    response_targets.move_case_to_first_lane(work, case)
    work.record("note.added", note)
    news.notify_person(work, case.id, case.owner_id, NewsKind.NOTE)
    return note


def write_note_without_history(work: Work, case: Case, text: str) -> Note:
    """Write a note without a history entry, for an operation that records itself."""
    note = Note(case=case, case_id=case.id, author=work.actor.id, written_at=work.at)
    note.body = work.keys.seal(note, "body", text)
    work.session.add(note)
    return note
