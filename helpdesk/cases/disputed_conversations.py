"""Reading what was said by another way, and whether its reporter says that it was not them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, or_, select, update

from helpdesk.cases.models import Case, Conversation
from helpdesk.cases.queries import (
    IN_ORDER,
    LISTED,
    LISTED_AT_MOST,
    NOT_CLOSED,
    newest_reporter_message,
    visible_cases,
)
from helpdesk.cases.reporter_statements import CASES_WITH_OPEN_DENIALS, newest_reporter_statement_id
from helpdesk.core.actors import NOBODY, reporter
from helpdesk.core.history import HistoryEntry
from helpdesk.core.work import REPORTERS_CLOCK, Work

# What the page of a case gathers, in the order in which it was said.
CONVERSATIONS: Final = (
    select(
        Conversation.id,
        Conversation.way,
        Conversation.spoke_at,
        Conversation.written_at,
        Conversation.author,
        Conversation.reached,
        Conversation.summary,
        Conversation.objected_at,
        Conversation.settled_at,
    )
    .where(Conversation.case_id == bindparam("case_id"))
    .order_by(Conversation.spoke_at, Conversation.id)
)
NOT_SETTLED: Final = (Conversation.objected_at.is_not(None), Conversation.settled_at.is_(None))

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


def reporter_activity_marks(work: Work, case: Case) -> str:
    """What names the last things that the reporter let us know: whoever answers has seen them."""
    return combine_activity_marks(
        newest_reporter_message(work, case),
        newest_reporter_statement_id(work, case),
        _objections(work, case),
    )


def combine_activity_marks(message_id: str, answer: int | None, objections: Iterable[str]) -> str:
    """The marks of the newest message of theirs, of what they said last other than in a message,
    and of the conversations that they say were not with them."""
    return " ".join([message_id, str(answer or ""), *objections]).strip()


def latest_time_reporter_wrote(work: Work, case: Case, since: datetime) -> datetime:
    """The moment by which the reporter had surely told us all that our answer is owed for.

    `since` is when its clock began: with the first thing they told us, which happened within the
    five minutes of their clock. What followed is kept to the hour, and may have come at its end.
    """
    hour = since.replace(minute=0, second=0, microsecond=0)
    theirs = select(HistoryEntry.at).where(
        HistoryEntry.case_id == case.id,
        HistoryEntry.action.in_(TELLING),
        HistoryEntry.actor_id.in_((reporter(case.id).id, NOBODY.id)),
        HistoryEntry.at >= hour,
    )
    told = work.session.scalars(theirs).all()
    # The first of them started the clock.
    return since + REPORTERS_CLOCK if len(told) <= 1 else max(told) + AN_HOUR


def is_conversation_disputed(work: Work, case: Case) -> bool:
    """Whether the reporter says that it was not them we spoke with, and we have not written."""
    return bool(_objections(work, case))


def resolve_dispute(work: Work, case: Case) -> None:
    """We have written to the reporter, who is the one with the code: what they said is heard."""
    theirs = update(Conversation).where(Conversation.case_id == case.id, *NOT_SETTLED)
    work.session.execute(
        theirs.values(settled_at=work.at).execution_options(synchronize_session=False)
    )


def disputed_cases(work: Work, limit: int = LISTED_AT_MOST) -> Sequence[Case]:
    """Open cases of which that is so, or whose reporter denies another word that we recorded as
    theirs, the most urgent first."""
    theirs = select(Conversation.case_id).where(*NOT_SETTLED)
    denies = or_(Case.id.in_(theirs), Case.id.in_(CASES_WITH_OPEN_DENIALS))
    found = visible_cases(work.actor).where(NOT_CLOSED, denies)
    return work.session.scalars(found.options(*LISTED).order_by(*IN_ORDER).limit(limit)).all()


def _objections(work: Work, case: Case) -> Sequence[str]:
    theirs = select(Conversation.id).where(Conversation.case_id == case.id, *NOT_SETTLED)
    return work.session.scalars(theirs.order_by(Conversation.spoke_at, Conversation.id)).all()
