"""That somebody has read a case is part of its history."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import bindparam, select

from helpdesk.cases.models import Case
from helpdesk.cases.policy import may_see_case
from helpdesk.core.history import HistoryEntry
from helpdesk.core.work import Work

NOTED_ONCE_IN: Final = timedelta(hours=1)

# That somebody has done so lately: one row or none.
READ_LATELY: Final = (
    select(HistoryEntry.id)
    .where(
        HistoryEntry.case_id == bindparam("case_id"),
        HistoryEntry.actor_id == bindparam("actor_id"),
        HistoryEntry.action == "case.read",
        HistoryEntry.at > bindparam("since"),
    )
    .limit(1)
)


def recent_reading_parameters(work: Work) -> dict[str, Any]:
    """What READ_LATELY is asked with, beside the id of a case."""
    return {"actor_id": work.actor.id, "since": work.at - NOTED_ONCE_IN}


def record_case_read(work: Work, case: Case) -> None:
    """Note that this person has opened the case, at most once an hour."""
    work.require(may_see_case, case)
    lately = {"case_id": case.id, **recent_reading_parameters(work)}
    if work.session.scalar(READ_LATELY, lately) is None:
        work.record("case.read", case)
