"""Taking the whole case back."""

from helpdesk.cases import news, pace
from helpdesk.cases.models import Case
from helpdesk.cases.models.news import What
from helpdesk.cases.queries import hold
from helpdesk.cases.status import Outcome
from helpdesk.core.work import Work
from helpdesk.intake.operations.consents import withdraw_all
from helpdesk.intake.policy import is_their_case


def withdraw_case(work: Work, case: Case) -> None:
    """Stop everything: the case is closed, every consent taken back, nothing more is sent.

    Safe to do twice, and on a case that we have closed: then the consents are what is taken back.
    """
    work.require(is_their_case, case)
    hold(work, case)
    if not case.is_closed:
        case.close(outcome=Outcome.WITHDRAWN, at=work.hour, by=work.actor.id)
        pace.follow(work, case)
        work.record("case.withdrawn", case)
    withdraw_all(work, case)
    news.tell_owner(work, case.id, What.WITHDRAWN)
