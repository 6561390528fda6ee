"""Requests at a partner of which a colleague has found out that they should not be there."""

from helpdesk.cases import news
from helpdesk.cases.models import Case
from helpdesk.cases.models.news import NewsKind
from helpdesk.core.work import Work
from helpdesk.escalations import case_pausing, request_lists


def follow_lost_basis(work: Work, case: Case) -> None:
    """It is no longer confirmed who is asking, or whose account it is: the case wakes, and who has
    it and who wrote the request hear of it. A person withdraws the request, or confirms it again.

    No rule: the step that found it out comes through here, and holds the case.
    """
    for escalation in request_lists.requests_without_basis(work, case):
        if not case.is_closed:
            case_pausing.resume_case_after_partner(work, case)
        news.notify_owner(work, case.id, NewsKind.MOVED, request_id=escalation.id)
