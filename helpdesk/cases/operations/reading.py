"""That somebody has read a case is part of its history."""

from datetime import timedelta
from typing import Final

from sqlalchemy import exists, select

from helpdesk.cases.models import Case
from helpdesk.cases.policy import may_see
from helpdesk.core.history import HistoryEntry
from helpdesk.core.work import Work

NOTED_ONCE_IN: Final = timedelta(hours=1)


def read(work: Work, case: Case) -> None:
    """Note that this person has opened the case, at most once an hour."""
    work.require(may_see, case)
    noted = exists().where(
        HistoryEntry.case_id == case.id,
        HistoryEntry.actor_id == work.actor.id,
        HistoryEntry.action == "case.read",
        HistoryEntry.at > work.at - NOTED_ONCE_IN,
    )
    if not work.session.scalar(select(noted)):
        work.record("case.read", case)
