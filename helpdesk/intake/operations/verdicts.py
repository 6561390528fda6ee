"""Operations on the reporter's verdict of a partner's answer: is it really fixed?"""

from helpdesk.core.errors import NotFound
from helpdesk.core.work import Work
from helpdesk.escalations import operations as escalations
from helpdesk.escalations.models import Escalation, RecordedVerdict
from helpdesk.escalations.states import Verdict
from helpdesk.intake.operations.reopening import reopen_case_for_reporter
from helpdesk.triage.first_reply_clock import owe_reply_to_reporter


def record_own_verdict(
    work: Work, escalation: Escalation, *, verdict: Verdict, seen: str | None = None
) -> None:
    """Record the reporter's own verdict. Whoever says that it is not fixed is owed a word of ours,
    as for a message, and so is whoever says something else than one of us has noted for them
    meanwhile."""
    is_otherwise = escalations.record_verdict(work, escalation, verdict=verdict, seen=seen)
    if is_otherwise or verdict in (Verdict.PARTIAL, Verdict.NOT_EFFECTIVE):
        reopen_case_for_reporter(work, escalation.case)
        owe_reply_to_reporter(work, escalation.case)


def dispute_verdict(work: Work, escalation: Escalation, verification_id: str) -> None:
    """Dispute, as the reporter, a verdict that one of us recorded: they never told us that. They
    are owed a word of ours: somebody may have spoken for them. Safe to do twice."""
    verification = work.session.get(RecordedVerdict, verification_id)
    if verification is None or verification.escalation_id != escalation.id:
        raise NotFound
    is_new = verification.objected_at is None
    escalations.dispute_verdict(work, escalation, verification)
    if is_new:
        owe_reply_to_reporter(work, escalation.case)
