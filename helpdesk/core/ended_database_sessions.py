"""Database sessions that were ended because they took too much, recorded by role for the duty
board.

Our own processes hardly ever do, so someone else may have that role's password.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import false, func, select

from helpdesk.core.history import HistoryEntry
from helpdesk.core.outbox import ENQUEUING_ROLES
from helpdesk.core.work import Work

ENDED: Final = "database.session_ended"
SHOWN_FOR: Final = timedelta(days=7)


class SessionEndReason(StrEnum):
    """Why the database ended a session; the least likely to be one of ours first."""

    LOCKS = "locks"
    STRONG_LOCK = "strong-lock"
    TEMPORARY_FILES = "temporary-files"
    STATEMENT = "statement"
    TRANSACTION = "transaction"
    UNKNOWN = "unknown"
    KEPT_WAITING = "kept-waiting"

    @property
    def may_be_ours(self) -> bool:
        """Whether a process of ours can do it, on a machine that is overloaded or was asleep."""
        return self is SessionEndReason.KEPT_WAITING


@dataclass(frozen=True)
class EndedSession:
    """Why a session was ended, and how many locks it held."""

    reason: SessionEndReason
    locks: int


@dataclass(frozen=True)
class RoleWithEndedSessions:
    """A database role whose sessions were ended, and when that was last recorded.

    `may_be_ours` where it can have been one of our own processes each time.
    """

    role: str
    at: datetime
    may_be_ours: bool


def record_ended_database_session(work: Work, role: str, ended: EndedSession) -> None:
    """Record that a session of this role was ended. No rule: the ticker says so."""
    work.record_about(ENDED, "roles", role, locks=ended.locks, reason=ended.reason.value)


def ended_database_sessions(work: Work) -> Sequence[RoleWithEndedSessions]:
    """The roles whose database sessions were ended in the last week."""
    # Of the roles that there are: found by subject, and no other word reaches the page.
    is_ours = HistoryEntry.details["reason"].astext == SessionEndReason.KEPT_WAITING.value
    found = (
        select(
            HistoryEntry.subject_id,
            func.max(HistoryEntry.at),
            func.bool_and(func.coalesce(is_ours, false())),
        )
        .where(HistoryEntry.subject_id.in_(ENQUEUING_ROLES), HistoryEntry.action == ENDED)
        .where(HistoryEntry.at > work.at - SHOWN_FOR, HistoryEntry.at <= work.at + SHOWN_FOR)
        .group_by(HistoryEntry.subject_id)
        .order_by(HistoryEntry.subject_id)
    )
    return [RoleWithEndedSessions(*row) for row in work.session.execute(found)]
