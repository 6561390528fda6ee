"""Stale-page marks of a case, for who closes it, pauses it or agrees to something."""

from typing import Any, Final

from sqlalchemy import BindParameter, bindparam, select

from helpdesk.cases.disputed_conversations import newest_reporter_activity_ids
from helpdesk.cases.models import Case, LoggedConversation, Note
from helpdesk.cases.queries import LATER_ANSWERS
from helpdesk.core.errors import StalePage
from helpdesk.core.history import HistoryEntry
from helpdesk.core.stale_page_marks import mark_of
from helpdesk.core.work import Work

# A step that was recorded, left out or taken back: playbooks are above cases, and history knows.
STEPS: Final = (
    "playbook.step_finished",
    "playbook.step_comes_back",
    "playbook.step_skipped",
    "playbook.step_reopened",
)
_OF_CASE: Final[BindParameter[Any]] = bindparam("case_id")
# What colleagues did last: the conversation they wrote down, the note, the step. One row.
NEWEST_OF_OURS: Final = select(
    select(LoggedConversation.id)
    .where(LoggedConversation.case_id == _OF_CASE)
    .order_by(LoggedConversation.written_at.desc(), LoggedConversation.id.desc())
    .limit(1)
    .scalar_subquery()
    .label("conversation"),
    select(Note.id)
    .where(Note.case_id == _OF_CASE)
    .order_by(Note.written_at.desc(), Note.id.desc())
    .limit(1)
    .scalar_subquery()
    .label("note"),
    select(HistoryEntry.id)
    .where(HistoryEntry.case_id == _OF_CASE, HistoryEntry.action.in_(STEPS))
    .order_by(HistoryEntry.id.desc())
    .limit(1)
    .scalar_subquery()
    .label("step"),
)
# The last conversation that reached them.
NEWEST_SPOKEN: Final = (
    select(LoggedConversation.id)
    .where(LoggedConversation.case_id == _OF_CASE, LoggedConversation.reached)
    .order_by(LoggedConversation.written_at.desc(), LoggedConversation.id.desc())
    .limit(1)
)
WROTE_SINCE: Final = (
    "The reporter has let us know something since you opened the page, so nothing was sent. Read "
    "that first."
)


def reporter_mark_of(work: Work, case: Case) -> str:
    """The mark of what the reporter let us know last, in the mailbox or as a colleague recorded it:
    nobody sends anything about them without having it."""
    work.session.flush()
    spoken = work.session.scalar(NEWEST_SPOKEN, {"case_id": case.id})
    return mark_of(newest_reporter_activity_ids(work, case), spoken)


def refuse_if_reporter_wrote_since(work: Work, case: Case, heard: str | None) -> None:
    """Refuse if the reporter wrote after the page was opened. None says that no page stood in
    between."""
    if heard is not None and heard != reporter_mark_of(work, case):
        raise StalePage(WROTE_SINCE)


def case_mark_of(work: Work, case: Case, *more: str) -> str:
    """The mark of a case: what the reporter let us know last, what colleagues noted and found
    out last, its level and why, and who has it; as `more`, the request that a second person
    decides on."""
    heard = newest_reporter_activity_ids(work, case)
    ours = work.session.execute(NEWEST_OF_OURS, {"case_id": case.id}).one()
    return mark_of_shown_case(case, heard, ours, *more)


def mark_of_shown_case(case: Case, heard: str, ours: Any, *more: str) -> str:
    """The mark of a case, as `case_mark_of`, where the page knows already what was heard last and
    what we did last (a row of `NEWEST_OF_OURS`)."""
    done = (ours.conversation, ours.note, ours.step)
    return mark_of(heard, *done, case.level, case.owner_id, case.answers, *more)


def answers_mark_of(work: Work, case: Case) -> str:
    """The mark of a case's answers that count: those of the report, as corrected, and the last of
    the mailbox."""
    later = [one.id for one in work.session.execute(LATER_ANSWERS, {"case_id": case.id})]
    return mark_of(case.answers, *later[-1:])
