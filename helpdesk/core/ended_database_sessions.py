"""Ended sessions: which role kept others from working by locks, for whoever looks at the board.

Our own processes hardly ever do, so somebody else may have that role's password.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from helpdesk.core.history import HistoryEntry
from helpdesk.core.outbox import ENQUEUING_ROLES
from helpdesk.core.work import Work

ENDED: Final = "database.session_ended"
SHOWN_FOR: Final = timedelta(days=7)


@dataclass(frozen=True)
class RoleWithEndedSessions:
    """A database role of which sessions were ended, and when that was last written down."""

    role: str
    at: datetime


def record_ended_database_session(work: Work, role: str, *, locks: int) -> None:
    """Write down that a session of this role was ended. No rule: the ticker says so."""
    work.record_about(ENDED, "roles", role, locks=locks)


def ended_database_sessions(work: Work) -> Sequence[RoleWithEndedSessions]:
    """Those of the last week, by role."""
    # Of the roles that there are: found by subject, and no other word reaches the page.
    found = (
        select(HistoryEntry.subject_id, func.max(HistoryEntry.at))
        .where(HistoryEntry.subject_id.in_(ENQUEUING_ROLES), HistoryEntry.action == ENDED)
        .where(HistoryEntry.at > work.at - SHOWN_FOR, HistoryEntry.at <= work.at + SHOWN_FOR)
        .group_by(HistoryEntry.subject_id)
        .order_by(HistoryEntry.subject_id)
    )
    return [RoleWithEndedSessions(role, at) for role, at in work.session.execute(found)]
