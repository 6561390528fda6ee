"""A case that waited for its reporter goes on with whatever they do."""

from helpdesk.cases import response_targets
from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseState, WaitsOn
from helpdesk.core.work import Work


def reopen_case_for_reporter(work: Work, case: Case) -> None:
    """It is ours to work on, whatever it was before: closed, or waiting for its reporter.

    No rule: whoever calls this has asked whether it is their case.
    """
    if case.is_closed:
        case.reopen()
        response_targets.sync_case_clocks(work, case)
        work.record("case.reopened", case)
    resume_case_if_waiting(work, case)


def resume_case_if_waiting(work: Work, case: Case) -> None:
    """It is our turn again, if it was theirs.

    No rule: whoever calls this has asked whether it is their case.
    """
    if case.state is CaseState.WAITING and case.waits_on is WaitsOn.REPORTER:
        case.open()
        response_targets.sync_case_clocks(work, case)
        work.record("case.resumed", case, because="reporter_acted")
