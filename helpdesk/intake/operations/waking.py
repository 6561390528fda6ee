"""A case that waited for its reporter goes on with whatever they do."""

from helpdesk.cases import pace
from helpdesk.cases.models import Case
from helpdesk.cases.status import Status, WaitsOn
from helpdesk.core.work import Work


def wake(work: Work, case: Case) -> None:
    """It is ours to work on, whatever it was before: closed, or waiting for its reporter.

    No rule: whoever calls this has asked whether it is their case.
    """
    if case.is_closed:
        case.reopen()
        pace.follow(work, case)
        work.record("case.reopened", case)
    go_on(work, case)


def go_on(work: Work, case: Case) -> None:
    """It is our turn again, if it was theirs.

    No rule: whoever calls this has asked whether it is their case.
    """
    if case.status is Status.WAITING and case.waits_on is WaitsOn.REPORTER:
        case.open()
        pace.follow(work, case)
        work.record("case.resumed", case, because="reporter_acted")
