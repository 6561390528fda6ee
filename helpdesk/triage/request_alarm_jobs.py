"""Background jobs that alert people about requests: our own time is over, or the partner is
silent."""

from helpdesk.accounts import on_call
from helpdesk.cases import news
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.response_targets import is_clock_still_due
from helpdesk.core.app_context import AppContext
from helpdesk.core.jobs import Queue, job
from helpdesk.core.work import Work
from helpdesk.escalations import clocks, operations, queries
from helpdesk.escalations.events import OurMoveDue, StaffFollowUpDue
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.states import DeliveryState, EscalationState, FollowUp
from helpdesk.triage.case_alerts import compose_case_alert, send_case_alert_and_record
from helpdesk.triage.jobs import AGAIN_AFTER


@job("triage.request_alarm", queue=Queue.NOTICES, retry_after=AGAIN_AFTER, on=OurMoveDue)
def alert_late_reply_to_partner(
    context: AppContext, *, case_id: str, request_id: str, due: int
) -> None:
    """Alert people that a partner waits for our answer for longer than we allow ourselves, or that
    a request or our answer is still not with its partner: it could not be sent, nobody has filled
    in their form or made their link. Safe to run twice; an alarm of an old clock says nothing.

    Who has the case and who wrote the request heard when it began: those who have not are called.
    """
    with context.begin() as work:
        request = work.session.get(Escalation, request_id)
        if request is None or not _is_our_move_since(work, request, due):
            return
        heard = {request.case.owner_id, request.drafted_by.removeprefix("person:")}
        kind = f"request-alarm-{request.ref}-{due}"
        call = compose_case_alert(
            context,
            work,
            request.case,
            on_call.duty_tiers_excluding(heard),
            template="emails/request_alarm.txt",
            kind=kind,
            request_ref=request.ref,
            is_question=request.state is EscalationState.NEED_INFORMATION,
            is_to_be_filled_in=request.is_to_be_filled_in and not _is_stuck(work, request),
            is_answer_to_pass_on=request.is_answer_to_pass_on,
            is_to_verify=request.state is EscalationState.DECIDED,
            needs_link=request.needs_link and not _is_stuck(work, request),
        )
    send_case_alert_and_record(
        context, case_id, call, action="triage.request_alarm_sent", kind=kind
    )
    with context.begin() as work:
        news.notify_owner(work, case_id, NewsKind.OUR_MOVE_LATE, request_id=request_id)


@job("triage.follow_up", queue=Queue.NOTICES, retry_after=AGAIN_AFTER, on=StaffFollowUpDue)
def follow_up_by_staff(
    context: AppContext, *, case_id: str, request_id: str, due: int, step: str
) -> None:
    """Have one of us follow up on a partner's silence: whoever has the case tries another contact
    there; later those on duty are alerted to phone. Safe to run twice; of a turn that is over, and
    of what may not be sent any more, it says nothing."""
    with context.begin() as work:
        request = operations.refresh_if_still_silent(work, request_id, due=due)
        if request is None or not operations.may_be_hurried(work, request):
            return
        if step == FollowUp.OTHER_CONTACT:
            news.notify_owner(work, case_id, NewsKind.PARTNER_SILENT, request_id=request_id)
            return
        kind = f"partner-silent-{request.ref}-{due}"
        call = compose_case_alert(
            context,
            work,
            request.case,
            template="emails/partner_silent.txt",
            kind=kind,
            request_ref=request.ref,
        )
    send_case_alert_and_record(context, case_id, call, action="triage.phone_call_asked", kind=kind)


def _is_our_move_since(work: Work, request: Escalation, due: int) -> bool:
    if not is_clock_still_due(clocks.our_move_due_at(work, request), due):
        return False
    if request.state is EscalationState.NEED_INFORMATION or request.needs_link:
        return True
    if request.state is EscalationState.DECIDED:
        return not request.case.is_closed
    if request.is_to_be_filled_in or request.is_answer_to_pass_on:
        return True
    return _is_stuck(work, request)


def _is_stuck(work: Work, request: Escalation) -> bool:
    delivery = queries.delivery_of_request(work, request)
    return delivery is not None and delivery.state is DeliveryState.DEAD_LETTER
