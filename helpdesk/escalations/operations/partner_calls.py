"""Operations on phone calls to a partner that does not answer."""

from helpdesk.core.errors import Conflict, StalePage
from helpdesk.core.stale_page_marks import refuse_if_changed_since
from helpdesk.core.visible_text import has_visible_text
from helpdesk.core.work import Work
from helpdesk.escalations.models import Escalation, PartnerCall
from helpdesk.escalations.operations.locking import lock_request_if_unchanged
from helpdesk.escalations.policy import may_work_on_request
from helpdesk.escalations.stale_page_marks import follow_up_mark_of
from helpdesk.escalations.states import IS_THEIR_MOVE, CallResult


def record_partner_call(
    work: Work, escalation: Escalation, *, result: CallResult, note: str, seen: str | None = None
) -> PartnerCall:
    """Record a call to a silent partner, and what came of it: who was reached is phoned no more in
    this turn of theirs. Their time to answer runs on: a word on the phone is no answer. `seen` is
    the mark of their time to answer on the page (`follow_up_mark_of`)."""
    work.require(may_work_on_request, escalation)
    lock_request_if_unchanged(work, escalation)
    refuse_if_changed_since(seen, now=follow_up_mark_of(escalation))
    if escalation.state not in IS_THEIR_MOVE or escalation.answer_due_at is None:
        raise StalePage("We’re not waiting for the partner now, so nobody has to phone them.")
    if result is CallResult.REACHED and not has_visible_text(note):
        raise Conflict("Type what they said.")
    call = PartnerCall(
        case=escalation.case,
        case_id=escalation.case_id,
        escalation_id=escalation.id,
        turn_due_at=escalation.turn_due_at,
        at=work.at,
        by=work.actor.id,
        result=result,
    )
    if has_visible_text(note):
        call.note = work.keys.seal(call, "note", note)
    work.session.add(call)
    work.session.flush()
    work.record("escalation.partner_phoned", escalation, call=call.id, result=result)
    return call
