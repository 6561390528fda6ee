"""Disputed conversations: what the reporter says was not them, or has told us, and we have not
answered.

And the one question that it and a disputed record raise: does somebody speak for the reporter?
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select, update

from helpdesk.cases.models import Case, LoggedConversation, Message
from helpdesk.cases.queries import (
    IN_ORDER,
    LISTED,
    LISTED_AT_MOST,
    NOT_CLOSED,
    newest_reporter_message_id,
    visible_cases,
)
from helpdesk.cases.reporter_objections import (
    CASES_WITH_UNANSWERED_DISPUTES,
    OBJECTIONS,
    UNANSWERED_DISPUTES,
    newest_reporter_objection_id,
)
from helpdesk.core.actors import NOBODY, reporter
from helpdesk.core.history import HistoryEntry
from helpdesk.core.work import REPORTERS_CLOCK, Work, round_down_to_hour

# What the page of a case gathers, in the order in which it was said.
CONVERSATIONS: Final = (
    select(
        LoggedConversation.id,
        LoggedConversation.way,
        LoggedConversation.spoke_at,
        LoggedConversation.written_at,
        LoggedConversation.author,
        LoggedConversation.reached,
        LoggedConversation.summary,
        LoggedConversation.objected_at,
        LoggedConversation.settled_at,
    )
    .where(LoggedConversation.case_id == bindparam("case_id"))
    .order_by(LoggedConversation.spoke_at, LoggedConversation.id)
)
NOT_SETTLED: Final = (
    LoggedConversation.objected_at.is_not(None),
    LoggedConversation.settled_at.is_(None),
)

# Of a case: either of the two.
HAS_UNANSWERED_DISPUTE: Final = or_(
    Case.id.in_(select(LoggedConversation.case_id).where(*NOT_SETTLED)),
    Case.id.in_(CASES_WITH_UNANSWERED_DISPUTES),
)
# Of a case: an answer is owed, and for more than the report.
_IS_UNANSWERED: Final = and_(
    Case.reply_due_at.is_not(None),
    or_(
        exists().where(Message.case_id == Case.id, Message.is_from_reporter),
        exists().where(HistoryEntry.case_id == Case.id, OBJECTIONS),
    ),
)

# What a reporter does that wants a word of ours.
TELLING: Final = (
    "case.submitted",
    "message.received",
    "escalation.verified",
    "escalation.verdict_denied",
    "conversation.denied",
    "consent.denied",
)
AN_HOUR: Final = timedelta(hours=1)

NOT_THEM: Final = "The reporter says it wasn’t them you spoke to."
NOT_THEIR_WORD: Final = "The reporter says they didn’t tell us what we recorded."
# The roles that carry requests read no conversations: they are told yes or no.
_DISPUTES: Final = select(
    func.has_disputed_conversation(bindparam("case_id")), UNANSWERED_DISPUTES.exists()
)


def newest_reporter_activity_ids(work: Work, case: Case) -> str:
    """The ids of the reporter's newest activity of each kind, in one text: whoever answers has seen
    them."""
    return join_reporter_activity_ids(
        newest_reporter_message_id(work, case),
        newest_reporter_objection_id(work, case),
        _unanswered_conversation_disputes(work, case),
    )


def join_reporter_activity_ids(message_id: str, answer: int | None, disputes: Iterable[str]) -> str:
    """Join the ids of the newest message of theirs, of what they said last other than in a message,
    and of the conversations that they say were not with them."""
    return " ".join([message_id, str(answer or ""), *disputes]).strip()


def latest_time_of_reporter_activity(work: Work, case: Case, since: datetime) -> datetime:
    """The moment by which the reporter had surely told us all that our answer is owed for.

    `since` is when its clock began: with the first thing they told us, which happened within the
    five minutes of their clock. What followed is kept to the hour, and may have come at its end.
    """
    hour = round_down_to_hour(since)
    theirs = select(HistoryEntry.at).where(
        HistoryEntry.case_id == case.id,
        HistoryEntry.action.in_(TELLING),
        HistoryEntry.actor_id.in_((reporter(case.id).id, NOBODY.id)),
        HistoryEntry.at >= hour,
    )
    told = work.session.scalars(theirs).all()
    # The first of them started the clock.
    return since + REPORTERS_CLOCK if len(told) <= 1 else max(told) + AN_HOUR


def unanswered_dispute_message(work: Work, case: Case) -> str:
    """The sentence about a dispute that we have not answered: the reporter says that it was not
    them we spoke with, or that they never told us what we wrote down. Empty if there is none.

    Whoever spoke for them may have told us more. What goes to a partner asks for more than that any
    of us has written (`past_disputes.why_dispute_bars_requests`).
    """
    work.session.flush()
    is_disputed, is_word_disputed = work.session.execute(_DISPUTES, {"case_id": case.id}).one()
    return NOT_THEM if is_disputed else NOT_THEIR_WORD if is_word_disputed else ""


def has_unanswered_reporter_activity(work: Work, case: Case) -> bool:
    """Whether the reporter has written to us since the report, or judged or disputed something, and
    nobody has answered."""
    return case.id in ids_of_cases_with_unanswered_activity(work, [case.id])


def ids_of_cases_with_unanswered_activity(work: Work, case_ids: Iterable[str]) -> frozenset[str]:
    """The ids of those of these cases whose reporter has been active since we last wrote."""
    return _those(work, case_ids, _IS_UNANSWERED)


def settle_disputes_on_writing_to_reporter(work: Work, case: Case) -> None:
    """Settle the disputes of a case, as we have written to the reporter, who is the one with the
    code."""
    theirs = update(LoggedConversation).where(LoggedConversation.case_id == case.id, *NOT_SETTLED)
    work.session.execute(
        theirs.values(settled_at=work.at).execution_options(synchronize_session=False)
    )


def disputed_cases(work: Work, limit: int = LISTED_AT_MOST) -> Sequence[Case]:
    """Open cases whose reporter disputes a record of ours that we have not answered yet."""
    found = visible_cases(work.actor).where(NOT_CLOSED, HAS_UNANSWERED_DISPUTE)
    return work.session.scalars(found.options(*LISTED).order_by(*IN_ORDER).limit(limit)).all()


def _those(work: Work, case_ids: Iterable[str], condition: ColumnElement[bool]) -> frozenset[str]:
    work.session.flush()
    found = select(Case.id).where(Case.id.in_(sorted(case_ids)), condition)
    return frozenset(work.session.scalars(found))


def _unanswered_conversation_disputes(work: Work, case: Case) -> Sequence[str]:
    theirs = select(LoggedConversation.id).where(
        LoggedConversation.case_id == case.id, *NOT_SETTLED
    )
    return work.session.scalars(
        theirs.order_by(LoggedConversation.spoke_at, LoggedConversation.id)
    ).all()
