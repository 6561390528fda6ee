"""What the worker does for cases."""

from datetime import date

from helpdesk.cases import operations
from helpdesk.cases.models import Case
from helpdesk.core.desk import Desk
from helpdesk.core.jobs import Queue, job


@job("cases.wake", queue=Queue.NOTICES, leaves_the_house=False)
def wake(desk: Desk, *, case_id: str, day: str) -> None:
    """Bring back a case that waited for this day. Safe to run twice."""
    with desk.begin() as work:
        case = work.session.get(Case, case_id)
        if case is not None:
            operations.wake(work, case, day=date.fromisoformat(day))
