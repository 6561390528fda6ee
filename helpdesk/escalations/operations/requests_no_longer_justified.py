"""Requests at a partner that are no longer justified: who is asking, or whose account it is, is not
confirmed any more."""

from helpdesk.cases.models import Case
from helpdesk.core.work import Work
from helpdesk.escalations import case_pausing, request_lists
from helpdesk.escalations.operations.other_accounts import stop_requests_for_other_accounts


def wake_case_if_requests_not_justified(work: Work, case: Case) -> None:
    """Resume the case if a request at a partner is no longer justified, as it is not confirmed any
    more who is asking or whose account it is; its owner and who wrote the request hear of it. A
    person withdraws the request, or confirms it again. What is about another account than the one
    that is confirmed now is stopped.

    No rule: the step that found it out comes through here, and holds the case.
    """
    for escalation in request_lists.requests_no_longer_justified(work, case):
        case_pausing.wake_case_for_request(work, escalation)
    stop_requests_for_other_accounts(work, case)
