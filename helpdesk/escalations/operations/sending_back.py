"""Sending a draft back to whoever wrote it, with a reason, instead of approving it."""

from helpdesk.cases import news
from helpdesk.cases.models.news import NewsKind
from helpdesk.core.errors import Conflict, NotAllowed, StalePage
from helpdesk.core.work import Work
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.operations.locking import TOO_LATE, lock_request_if_unchanged
from helpdesk.escalations.policy import may_work_on_request
from helpdesk.escalations.states import IS_BY_NOW, EscalationState


def send_draft_back(work: Work, escalation: Escalation, *, reason: str, seen_hash: str) -> None:
    """Send a draft back to whoever wrote it. Nobody can approve it before it has been saved again,
    and nobody is called to read it until then."""
    work.require(may_work_on_request, escalation)
    lock_request_if_unchanged(work, escalation)
    if escalation.state is not EscalationState.DRAFT:
        raise StalePage(IS_BY_NOW[escalation.state])
    if escalation.packet_hash != seen_hash:
        raise StalePage(TOO_LATE)
    if escalation.is_sent_back:
        raise StalePage("Someone has already sent this draft back.")
    if escalation.drafted_by == work.actor.id:
        raise Conflict("You wrote this draft. Change it, or withdraw it.")
    if not work.keys.holds(escalation.case.key_id):
        raise NotAllowed("You don’t have access yet, so you can’t send this back.")
    sealed = work.keys.seal(escalation, "sent_back_reason", reason)
    escalation.send_back(sealed, by=work.actor.id, at=work.at)
    work.record("escalation.sent_back", escalation, packet_hash=escalation.packet_hash)
    # Its writer, and who has the case: either can change it.
    news.notify_owner(work, escalation.case_id, NewsKind.SENT_BACK, request_id=escalation.id)
