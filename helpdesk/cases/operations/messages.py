"""Words to the reporter, and words that stay inside."""

from helpdesk.cases import clocks
from helpdesk.cases.models import Case, Message, Note
from helpdesk.cases.policy import may_see
from helpdesk.cases.queries import hold
from helpdesk.cases.status import Status
from helpdesk.core.errors import NotNow
from helpdesk.core.work import Work


def send_message(work: Work, case: Case, text: str) -> Message:
    """Write to the reporter. The first time a person does, the promise of a first reply is kept."""
    hold(work, case)
    work.require(may_see, case)
    if case.is_closed:
        raise NotNow("The case is closed. Open it again before you write to the reporter.")
    message = Message(
        case=case,
        case_id=case.id,
        is_from_reporter=False,
        author=work.actor.id,
        sent_at=work.at,
    )
    message.body = work.keys.seal(message, "body", text)
    message.for_reporter = case.reporter_public.seal_text(text, message.place_of("for_reporter"))
    work.session.add(message)
    clocks.stop_first_reply(work, case)
    if case.status is Status.NEW:
        case.open()
    work.record("message.sent", message)
    return message


def add_note(work: Work, case: Case, text: str) -> Note:
    """Tell colleagues something about a case. A closed case can still be spoken of."""
    work.require(may_see, case)
    note = write_note(work, case, text)
    work.record("note.added", note)
    return note


def write_note(work: Work, case: Case, text: str) -> Note:
    """The note alone, for an operation that records itself."""
    note = Note(case=case, case_id=case.id, author=work.actor.id, written_at=work.at)
    note.body = work.keys.seal(note, "body", text)
    work.session.add(note)
    return note
