"""The case while a partner has the move: it rests, and wakes up with every word from them."""

from sqlalchemy.orm import Session

from helpdesk.cases import pace
from helpdesk.cases.models import Case
from helpdesk.cases.status import Status, WaitsOn
from helpdesk.core.work import Work


def rest(work: Work, case: Case) -> None:
    """Nobody here can do anything before the partner has moved. A closed case stays closed."""
    _settle(work.session, case)
    if not case.is_closed and case.waits_on is not WaitsOn.PARTNER:
        case.wait(WaitsOn.PARTNER)
        pace.follow(work, case)
        work.record("case.waits", case, on=WaitsOn.PARTNER)


def wake(work: Work, case: Case) -> None:
    """There is something to do again. What comes late, for a closed case, opens it again."""
    _settle(work.session, case)
    if case.is_closed:
        case.reopen()
        pace.follow(work, case)
        work.record("case.reopened", case)
    elif case.status is not Status.OPEN:
        case.open()
        pace.follow(work, case)
        work.record("case.resumed", case)


def _settle(session: Session, case: Case) -> None:
    # Somebody may be closing the case at this very moment: wait for them, and see what they did.
    session.refresh(case, with_for_update=True)
