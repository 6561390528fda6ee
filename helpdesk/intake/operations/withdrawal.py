"""Taking the whole case back."""

from helpdesk.cases import clocks
from helpdesk.cases.models import Case
from helpdesk.cases.status import Outcome
from helpdesk.core.work import Work
from helpdesk.intake import queries
from helpdesk.intake.operations.consents import withdraw_all
from helpdesk.intake.policy import is_their_case


def withdraw_case(work: Work, case: Case) -> None:
    """Stop everything: the case is closed, every consent taken back, nothing more is sent."""
    work.require(is_their_case, case)
    queries.hold(work, case)
    case.close(outcome=Outcome.WITHDRAWN, at=work.hour, by=work.actor.id)
    clocks.stop_first_reply(work, case)
    work.record("case.withdrawn", case)
    withdraw_all(work, case)
    work.promise("triage.tell_owner", case_id=case.id)
