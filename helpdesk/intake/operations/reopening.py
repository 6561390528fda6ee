"""Reopening or resuming a case because its reporter did something."""

from helpdesk.cases import response_targets
from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseState, WaitsOn
from helpdesk.core.work import Work


def reopen_case_for_reporter(work: Work, case: Case) -> None:
    """Reopen or resume a case for its reporter, whatever it was before: closed, or waiting for
    them.

    No rule: whoever calls this has asked whether it is their case.
    """
    if case.is_closed:
        case.reopen()
        response_targets.sync_case_clocks(work, case)
        work.record("case.reopened", case)
    resume_case_if_waiting(work, case)


def resume_case_if_waiting(work: Work, case: Case) -> None:
    """Resume a case that waited for its reporter: it is our turn again.

    No rule: whoever calls this has asked whether it is their case.
    """
    if case.state is CaseState.WAITING and case.waits_on is WaitsOn.REPORTER:
        case.open()
        response_targets.sync_case_clocks(work, case)
        work.record("case.resumed", case, because="reporter_acted")
