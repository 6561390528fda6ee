"""Notifications to partners: whether a partner heard that there is news on a request."""

from typing import Final

from helpdesk.core.errors import Conflict, StalePage
from helpdesk.core.stale_page_marks import refuse_if_changed_since
from helpdesk.core.work import Work, round_time_for_reporter
from helpdesk.escalations import case_pausing, clocks, queries, request_lists
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.operations.locking import lock_request_if_unchanged
from helpdesk.escalations.policy import may_record_partner_told, may_work_on_request
from helpdesk.escalations.stale_page_marks import untold_news_mark_of

IN_DOUBT: Final = (
    "We have doubts about this partner, so don’t tell them anything now. Once they are vetted "
    "again, you’ll find the update here."
)


def record_partner_told(work: Work, escalation: Escalation, *, is_told: bool) -> None:
    """Record that an email with news was sent to the partner, or that none could be. Whoever by now
    can know nothing of the request has nothing to be told. Safe to run twice."""
    work.require(may_record_partner_told, escalation)
    if is_told and escalation.untold_since is not None:
        escalation.untold_since = None
        work.record("escalation.partner_told", escalation)
    elif not is_told and escalation.untold_since is None and _may_partner_know(work, escalation):
        escalation.untold_since = round_time_for_reporter(work.at)  # it may be theirs, too
        work.record("escalation.partner_untold", escalation)


def record_partner_told_another_way(
    work: Work, escalation: Escalation, *, seen: str | None = None
) -> None:
    """Record that one of us told the partner the news in another way, so that no email is missing.
    Where there is no other way and it was our answer, their clock runs and the case waits for them
    from then on."""
    work.require(may_work_on_request, escalation)
    lock_request_if_unchanged(work, escalation)
    if escalation.untold_since is None:
        raise StalePage("They have already been told.")
    refuse_if_changed_since(seen, now=untold_news_mark_of(escalation))
    if escalation.is_held_up:
        raise Conflict(IN_DOUBT)
    is_answer = escalation.is_answer_to_pass_on
    escalation.untold_since = None
    work.record("escalation.partner_told_otherwise", escalation)
    if is_answer:
        clocks.restart_partner_clock(work, escalation)
        case_pausing.rest_case_with_partner(work, escalation.case)


def enqueue_waiting_news(work: Work, partner_id: str, *, at: int) -> None:
    """Queue one email for each request whose news the partner has not heard.

    No rule: only the worker comes here, after their address was confirmed.
    """
    for escalation in request_lists.untold_requests_of_partner(work, partner_id):
        work.enqueue("escalations.tell_partner", escalation_id=escalation.id, about=f"again-{at}")


def _may_partner_know(work: Work, escalation: Escalation) -> bool:
    """Who had the text open as it was withdrawn may have said since that they did not send it."""
    if not escalation.is_by_form:
        return True
    delivery = queries.delivery_of_request(work, escalation)
    return delivery is None or delivery.may_have_arrived
