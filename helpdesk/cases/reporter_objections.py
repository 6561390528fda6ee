"""Objections of the reporter outside a message: "not fixed", "I never said so", danger.

We owe a word for each. History knows it of every feature, those that stand above cases included.
"""

from typing import Final

from sqlalchemy import and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from helpdesk.cases.models import Case, LoggedConversation
from helpdesk.core.history import HistoryEntry
from helpdesk.core.work import Work

# They take back what one of us wrote down as their word.
DISPUTED: Final = ("escalation.verdict_denied", "consent.denied")
NOT_FIXED: Final = ("partial", "not_effective")
# A message whose writer had not seen all that the reporter had let us know says so.
UNSEEN: Final = "unseen"

_OF_CASE: Final = HistoryEntry.case_id == bindparam("case_id")
BY_REPORTER: Final = HistoryEntry.actor_id.startswith("reporter:")
# Spelt out for the small index of those.
IS_DISPUTE: Final = HistoryEntry.action.in_(
    bindparam("disputed", DISPUTED, expanding=True, literal_execute=True)
)
_IS_NOT_FIXED: Final = and_(
    HistoryEntry.action == "escalation.verified",
    HistoryEntry.details["verdict"].astext.in_(NOT_FIXED),
)
_ANSWERED: Final = (
    select(func.coalesce(func.max(HistoryEntry.id), 0))
    .where(_OF_CASE, HistoryEntry.action == "message.sent", ~HistoryEntry.details.has_key(UNSEEN))
    .scalar_subquery()
)
# All of it, whether it was answered or not.
OBJECTIONS: Final = and_(BY_REPORTER, or_(IS_DISPUTE, _IS_NOT_FIXED))
# The last of it.
NEWEST_OBJECTION: Final = (
    select(HistoryEntry.id).where(_OF_CASE, OBJECTIONS).order_by(HistoryEntry.id.desc()).limit(1)
)
# What they took back since we last wrote to them with all of it before us.
UNANSWERED_DISPUTES: Final = (
    select(HistoryEntry.id)
    .where(_OF_CASE, BY_REPORTER, IS_DISPUTE, HistoryEntry.id > _ANSWERED)
    .limit(1)
)
# Someone is in danger, and since then no word of ours to somebody who had told us so.
_SPOKE_WITH_THEM: Final = select(LoggedConversation.id).where(
    LoggedConversation.case_id == bindparam("case_id"),
    LoggedConversation.answered_due_at.is_not(None),
    LoggedConversation.objected_at.is_(None),
)
_SPOKEN: Final = (
    select(func.coalesce(func.max(HistoryEntry.id), 0))
    .where(
        _OF_CASE,
        HistoryEntry.action == "conversation.recorded",
        HistoryEntry.subject_id.in_(_SPOKE_WITH_THEM),
    )
    .scalar_subquery()
)
UNANSWERED_DANGER: Final = (
    select(HistoryEntry.id)
    .where(
        _OF_CASE,
        HistoryEntry.action == "case.danger_told",
        HistoryEntry.id > func.greatest(_ANSWERED, _SPOKEN),
    )
    .limit(1)
)
_MESSAGE: Final = aliased(HistoryEntry)
# The cases of which that is so.
CASES_WITH_UNANSWERED_DISPUTES: Final = select(HistoryEntry.case_id).where(
    BY_REPORTER,
    IS_DISPUTE,
    ~exists().where(
        _MESSAGE.case_id == HistoryEntry.case_id,
        _MESSAGE.action == "message.sent",
        ~_MESSAGE.details.has_key(UNSEEN),
        _MESSAGE.id > HistoryEntry.id,
    ),
)


def is_danger_unanswered(work: Work, case: Case) -> bool:
    """Whether the reporter has told us in the mailbox that someone is in danger now, and since then
    nobody who had seen it has written to them or spoken with them."""
    work.session.flush()
    return work.session.scalar(UNANSWERED_DANGER, {"case_id": case.id}) is not None


def newest_reporter_objection_id(work: Work, case: Case) -> int | None:
    """The history id of the reporter's newest objection."""
    work.session.flush()
    return work.session.scalar(NEWEST_OBJECTION, {"case_id": case.id})
