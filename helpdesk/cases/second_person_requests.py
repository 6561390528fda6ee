"""What requests for a second person's decision share: a lower level, and closing an urgent case.

A wish ends with the case that it was about, however that opened again, and with whoever wished no
longer being there to answer for it. Its row stays undecided until there is another.
"""

from typing import Final

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func, select, update
from sqlalchemy.orm import aliased

from helpdesk.accounts.models import Person
from helpdesk.accounts.queries import filter_by_team_access
from helpdesk.cases.models import Case, LowerLevelRequest, UrgentClosingRequest
from helpdesk.core.history import HistoryEntry
from helpdesk.core.work import Work

Wish = type[UrgentClosingRequest] | type[LowerLevelRequest]
ASKED: Final = {
    UrgentClosingRequest: "case.closing_asked",
    LowerLevelRequest: "case.lowering_asked",
}


def is_request_pending(kind: Wish, team_id: SQLColumnExpression[str] | str) -> ColumnElement[bool]:
    """An SQL condition: the request still waits for its second person."""
    asked, opened = aliased(HistoryEntry), aliased(HistoryEntry)
    # By their numbers: what reporters do is kept to the hour.
    since = select(func.max(asked.id)).where(
        asked.subject_id == kind.id, asked.action == ASKED[kind]
    )
    reopened = select(opened.id).where(
        opened.case_id == kind.case_id,
        opened.action == "case.reopened",
        opened.id > since.correlate(kind).scalar_subquery(),
    )
    there = filter_by_team_access(select(Person.id), team_id).where(
        Person.id == func.replace(kind.asked_by, "person:", "")
    )
    return and_(
        kind.decided_at.is_(None),
        ~reopened.correlate(kind).exists(),
        there.correlate(kind, Case).exists(),
    )


def end_undecided_requests(work: Work, case: Case, kind: Wish) -> None:
    """End requests of this kind on a case that nobody has decided, to make room for another.

    No rule: whoever writes the new one has asked.
    """
    over = update(kind).where(kind.case_id == case.id, kind.decided_at.is_(None))
    work.session.execute(over.values(decided_at=work.at, granted=False))
