"""The read log: history says who of us has read a case."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import bindparam, select

from helpdesk.core.history import HistoryEntry
from helpdesk.core.recent_times import CLOCKS_DIFFER
from helpdesk.core.work import Work

NOTED_ONCE_IN: Final = timedelta(hours=1)

# Of which cases somebody has read lately.
READ_LATELY: Final = select(HistoryEntry.case_id).where(
    HistoryEntry.actor_id == bindparam("actor_id"),
    HistoryEntry.action == "case.read",
    HistoryEntry.at > bindparam("since"),
    HistoryEntry.at <= bindparam("until"),
)
# That it was this one: one row or none.
ONE_READ_LATELY: Final = READ_LATELY.where(HistoryEntry.case_id == bindparam("case_id")).limit(1)


def bind_values_of_recent_reading(work: Work) -> dict[str, Any]:
    """The bind values of READ_LATELY, and of ONE_READ_LATELY beside the id of a case."""
    return {
        "actor_id": work.actor.id,
        "since": work.at - NOTED_ONCE_IN,
        "until": work.at + CLOCKS_DIFFER,
    }


def record_cases_read(work: Work, case_ids: Collection[str]) -> None:
    """Record in history that this person read these cases, each at most once an hour.

    No rule: they could open it.
    """
    lately = READ_LATELY.where(HistoryEntry.case_id.in_(case_ids))
    known = set(work.session.scalars(lately, bind_values_of_recent_reading(work)))
    for case_id in sorted(set(case_ids) - known):
        work.record_about("case.read", "cases", case_id, case_id=case_id)
