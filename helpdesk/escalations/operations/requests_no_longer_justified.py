"""Requests at a partner of which a colleague has found out that they should not be there."""

from helpdesk.cases.models import Case
from helpdesk.core.work import Work
from helpdesk.escalations import case_pausing, request_lists
from helpdesk.escalations.operations.other_accounts import stop_requests_for_other_accounts


def wake_case_if_requests_not_justified(work: Work, case: Case) -> None:
    """It is no longer confirmed who is asking, or whose account it is: the case wakes, and who has
    it and who wrote the request hear of it. A person withdraws the request, or confirms it again.
    What is about another account than the one that is confirmed now is stopped.

    No rule: the step that found it out comes through here, and holds the case.
    """
    for escalation in request_lists.requests_no_longer_justified(work, case):
        case_pausing.wake_case_for_request(work, escalation)
    stop_requests_for_other_accounts(work, case)
