"""A case waits for the reporter, for a partner or for a day, and goes on."""

from datetime import UTC, date, datetime, time

from helpdesk.cases import pace
from helpdesk.cases.models import Case
from helpdesk.cases.policy import may_work_on
from helpdesk.cases.queries import hold
from helpdesk.cases.status import WaitsOn
from helpdesk.core.errors import NotNow
from helpdesk.core.work import Work


def wait(work: Work, case: Case, *, on: WaitsOn, until: date | None = None) -> None:
    """Say whose move it is. A case that waits for a day comes back on that day by itself."""
    hold(work, case)
    work.require(may_work_on, case)
    if on is WaitsOn.DATE and (until is None or until <= work.at.date()):
        raise NotNow("Choose a day after today on which the case should come back.")
    case.wait(on, until if on is WaitsOn.DATE else None)
    pace.follow(work, case)
    work.record("case.waits", case, on=on, until=until.isoformat() if until else None)
    if case.waits_until is not None:
        morning = datetime.combine(case.waits_until, time(), UTC)
        work.promise(
            "cases.wake",
            after=morning - work.at,
            case_id=case.id,
            day=case.waits_until.isoformat(),
        )


def resume(work: Work, case: Case) -> None:
    """Go on with a case that waited."""
    hold(work, case)
    work.require(may_work_on, case)
    case.open()
    pace.follow(work, case)
    work.record("case.resumed", case)


def wake(work: Work, case: Case, *, day: date) -> None:
    """The day has come. No rule: the calendar asks. Safe to run twice, and late."""
    hold(work, case)
    if case.waits_on is WaitsOn.DATE and case.waits_until == day:
        case.open()
        pace.follow(work, case)
        work.record("case.resumed", case, day=day.isoformat())
