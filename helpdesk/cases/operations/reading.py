"""That somebody has read a case is part of its history."""

from datetime import timedelta
from typing import Final

from sqlalchemy import bindparam, exists, select

from helpdesk.cases.models import Case
from helpdesk.cases.policy import may_see
from helpdesk.core.history import HistoryEntry
from helpdesk.core.work import Work

NOTED_ONCE_IN: Final = timedelta(hours=1)

# Asked on each case page, so it is put together only once.
NOTED: Final = select(
    exists().where(
        HistoryEntry.case_id == bindparam("case_id"),
        HistoryEntry.actor_id == bindparam("actor_id"),
        HistoryEntry.action == "case.read",
        HistoryEntry.at > bindparam("since"),
    )
)


def read(work: Work, case: Case) -> None:
    """Note that this person has opened the case, at most once an hour."""
    work.require(may_see, case)
    this = {"case_id": case.id, "actor_id": work.actor.id, "since": work.at - NOTED_ONCE_IN}
    if not work.session.scalar(NOTED, this):
        work.record("case.read", case)
