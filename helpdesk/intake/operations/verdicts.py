"""What the reporter says of an answer: is it really fixed?"""

from helpdesk.core.work import Work
from helpdesk.escalations import operations as escalations
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.standing import Verdict
from helpdesk.triage.timing import owe_an_answer


def give_verdict(work: Work, escalation: Escalation, *, verdict: Verdict) -> None:
    """Write it down. Whoever says that it is not fixed is owed a word of ours, as for a message."""
    escalations.verify(work, escalation, verdict=verdict)
    if verdict in (Verdict.PARTIAL, Verdict.NOT_EFFECTIVE):
        owe_an_answer(work, escalation.case)
