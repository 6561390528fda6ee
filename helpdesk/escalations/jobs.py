"""Background jobs of requests: email partners, alert second persons, and follow changes of case and
partner."""

from collections.abc import Collection
from datetime import UTC, datetime

from helpdesk.accounts import on_call
from helpdesk.accounts.events import PartnerLostMember
from helpdesk.accounts.models import Person
from helpdesk.cases.events import ConsentWithdrawn
from helpdesk.cases.response_targets import is_clock_still_due
from helpdesk.core import emails
from helpdesk.core.app_context import AppContext, Email
from helpdesk.core.emails import PermanentMailError, TemporaryMailError, UncertainMailError
from helpdesk.core.jobs import Queue, job
from helpdesk.core.work import Work
from helpdesk.escalations import operations, second_person_alerts
from helpdesk.escalations.channels import adapter_of
from helpdesk.escalations.contributors import excluded_second_persons
from helpdesk.escalations.encrypted_letters import outer_subject
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.operations.locking import lock_refreshed_request
from helpdesk.escalations.request_emails import compose_request_email, link_for_partner
from helpdesk.escalations.states import OVER, DeliveryState, EscalationState, FollowUp
from helpdesk.partners.events import PartnerEmailAddressConfirmed, PartnerVettingChanged
from helpdesk.partners.response_times import format_in_both_zones


@job("escalations.deliver", queue=Queue.DELIVERIES)
def email_partner_request(context: AppContext, *, delivery_id: str) -> None:
    """Email a partner that a request waits for them. Safe to run twice: the id stays the same."""
    with context.begin() as work:
        parcel = operations.begin_attempt(work, delivery_id)
    if parcel is None:
        return
    email = compose_request_email(context.settings, parcel)
    result, trouble = _send(context, email)  # no transaction is open here
    with context.begin() as work:
        operations.record_attempt_result(work, parcel, result=result, trouble=trouble)


@job(
    "escalations.cancel_unsent",
    queue=Queue.DELIVERIES,
    leaves_the_house=False,
    on=ConsentWithdrawn,
)
def cancel_requests_without_consent(context: AppContext, *, case_id: str) -> None:
    """Cancel or withdraw requests whose consent was withdrawn. Safe to run twice."""
    with context.begin() as work:
        operations.withdraw_requests_without_consent(work.timed_for_reporter(), case_id)


# With the deliveries: one worker has the addresses of partners, another those of our people.
@job("escalations.tell_partner", queue=Queue.DELIVERIES)
def email_partner_news(context: AppContext, *, escalation_id: str, about: str) -> None:
    """Email a partner that there is news on a request. Safe to run twice: the same news has the
    same id.

    Where no letter can go or none is taken, the board says so until one is, or they look.
    """
    with context.begin() as work:
        email = _news_email(context, work, escalation_id, about)
        if email is None:
            return
    if _send_or_note(context, escalation_id, email):
        _note_news(context, escalation_id, is_told=True)


@job(
    "escalations.tell_what_waited",
    queue=Queue.DELIVERIES,
    leaves_the_house=False,
    on=PartnerEmailAddressConfirmed,
)
def email_partner_waiting_news(context: AppContext, *, partner_id: str, at: int) -> None:
    """Email a partner, whose address was confirmed, the news that could not be sent. Safe to run
    twice."""
    with context.begin() as work:
        operations.enqueue_waiting_news(work, partner_id, at=at)


@job(
    "escalations.follow_vetting",
    queue=Queue.DELIVERIES,
    leaves_the_house=False,
    on=PartnerVettingChanged,
)
def hold_or_resume_requests_after_vetting(context: AppContext, *, partner_id: str, at: int) -> None:
    """Put requests at a partner in doubt on hold, or resume them once it is vetted again. Safe to
    run twice."""
    with context.begin() as work:
        operations.hold_or_resume_requests_of_partner(work, partner_id, at=at)


@job(
    "escalations.wake_unread",
    queue=Queue.DELIVERIES,
    leaves_the_house=False,
    on=PartnerLostMember,
)
def wake_cases_of_unread_requests(context: AppContext, *, team_id: str, at: int) -> None:
    """Resume cases whose request nobody at the partner can open any more. Safe to run twice."""
    with context.begin() as work:
        operations.wake_cases_of_unread_requests(work, team_id)


@job("escalations.follow_level", queue=Queue.DELIVERIES, leaves_the_house=False)
def raise_requests_to_case_level(context: AppContext, *, case_id: str) -> None:
    """Raise the requests of a case whose level rose. Safe to run twice."""
    with context.begin() as work:
        operations.raise_requests_to_level(work.timed_for_reporter(), case_id)


@job("escalations.follow_up", queue=Queue.DELIVERIES)
def follow_up_on_silence(context: AppContext, *, escalation_id: str, due: int, step: str) -> None:
    """Email a partner that hasn't answered once more, or record at the end that they didn't. Safe
    to run twice: one id. Of a turn that is over, and of what may not be sent any more, it says
    nothing."""
    with context.begin() as work:
        escalation = operations.refresh_if_still_silent(work, escalation_id, due=due)
        if escalation is None:
            return
        if step == FollowUp.UNANSWERED:
            operations.record_unanswered(work, escalation)
            return
        if not operations.may_be_hurried(work, escalation):
            return
        email = _nudge_email(context, work, escalation, due)
    if _send_or_note(context, escalation_id, email):
        with context.begin() as work:
            escalation = work.session.get_one(Escalation, escalation_id)
            lock_refreshed_request(work, escalation)
            operations.record_nudged(work, escalation)


def _address_of(work: Work, escalation: Escalation, link: str) -> str:
    """Where an email goes that is about what they can open; to nobody, where nothing opens it: then
    the board says so, and one of us makes a new link."""
    if escalation.is_by_link and not link and escalation.state not in OVER:
        return ""
    return adapter_of(escalation.channel_kind).address_for_news(work, escalation.partner)


def _nudge_email(context: AppContext, work: Work, escalation: Escalation, due: int) -> Email:
    """To nobody, where the partner has no address that is confirmed."""
    at = escalation.answer_due_at or datetime.fromtimestamp(due, UTC)
    link = link_for_partner(context.settings, work, escalation)
    return emails.compose_email(
        context,
        "emails/request_nudge.txt",
        to=_address_of(work, escalation, link),
        key=f"{escalation.id}.nudge.{due}",
        ref=escalation.ref,
        priority=escalation.priority.upper(),
        link=link,
        needs_code=escalation.is_by_link,
        due=format_in_both_zones(at, escalation.partner.timezone),
        is_over=at <= work.at,
        wants_first_sign=escalation.wants_first_sign,
    )


def _news_email(context: AppContext, work: Work, escalation_id: str, about: str) -> Email | None:
    """To nobody, where the partner has no address that is confirmed."""
    escalation = work.session.get(Escalation, escalation_id)
    if escalation is None:
        return None
    at, zone = escalation.answer_due_at, escalation.partner.timezone
    link = link_for_partner(context.settings, work, escalation)
    to = _address_of(work, escalation, link)
    is_answered = escalation.state is EscalationState.IN_REVIEW
    if is_answered and escalation.openpgp_answer:
        return emails.encrypted_email(
            context.settings,
            to=to,
            key=f"{escalation_id}.{about}",
            subject=outer_subject(escalation.ref),
            message=escalation.openpgp_answer,
        )
    return emails.compose_email(
        context,
        "emails/request_news.txt",
        to=to,
        key=f"{escalation_id}.{about}",
        ref=escalation.ref,
        priority=escalation.priority.upper(),
        link=link,
        needs_code=escalation.is_by_link,
        is_new_link=about.startswith("link-"),
        is_withdrawn=escalation.state is EscalationState.WITHDRAWN,
        is_again=is_answered,
        due=format_in_both_zones(at, zone) if at is not None else "",
        wants_first_sign=escalation.wants_first_sign,
    )


def _send_or_note(context: AppContext, escalation_id: str, email: Email) -> bool:
    """Send an email to a partner. Where none can go, or it fails whatever the reason, the board
    says so. Says whether it was sent."""
    if not email.to:
        _note_news(context, escalation_id, is_told=False)
        return False
    try:
        context.mailer.send(email)  # no transaction is open here
    except Exception:  # raised again: only the board learns of it here
        _note_news(context, escalation_id, is_told=False)
        raise
    return True


def _note_news(context: AppContext, escalation_id: str, *, is_told: bool) -> None:
    with context.begin() as work:
        escalation = work.session.get_one(Escalation, escalation_id)
        lock_refreshed_request(work, escalation)
        operations.record_partner_told(work, escalation, is_told=is_told)


@job("escalations.call_second_reader", queue=Queue.NOTICES)
def alert_second_reader(context: AppContext, *, escalation_id: str) -> None:
    """Alert a second person to read what was sent on one person's word. Safe to run twice."""
    with context.begin() as work:
        escalation = work.session.get(Escalation, escalation_id)
        if escalation is None or escalation.second_read_at is not None:
            return
        if _was_told(second_person_alerts.last_alert_to_read_afterwards(work, escalation)):
            return
        about = f"second.{escalation.wording_to_approve[-32:]}"
        call = _call(work, context, escalation, "emails/second_reader.txt", about)
    _send_and_note(
        context,
        escalation,
        call,
        told=second_person_alerts.READER_TOLD,
        untold=second_person_alerts.READER_UNTOLD,
    )


@job("escalations.reading_overdue", queue=Queue.NOTICES)
def alert_reading_overdue(context: AppContext, *, escalation_id: str, due: int) -> None:
    """Alert more people, coordinators first, if nobody read within the hour what was sent on one
    person's word. Safe to run twice; of an hour that is not counted any more it says nothing."""
    with context.begin() as work:
        escalation = work.session.get(Escalation, escalation_id)
        if escalation is None or not _is_unread_since(escalation, due):
            return
        if _was_told(second_person_alerts.alert_to_read_overdue(work, escalation)):
            return
        before = second_person_alerts.last_alert_to_read_afterwards(work, escalation)
        call = _call(
            work,
            context,
            escalation,
            "emails/reading_overdue.txt",
            f"overdue.{due}",
            tiers=_who_has_not_heard(before.told if before is not None else ()),
        )
    _send_and_note(
        context,
        escalation,
        call,
        told=second_person_alerts.OVERDUE_TOLD,
        untold=second_person_alerts.READER_UNTOLD,
    )


def _is_unread_since(escalation: Escalation, due: int) -> bool:
    return escalation.second_read_at is None and is_clock_still_due(
        escalation.second_read_due_at, due
    )


def _who_has_not_heard(told: Collection[str]) -> tuple[on_call.AlertTier, ...]:
    def has_not(person: Person, _at: datetime) -> bool:
        return person.id not in told

    def is_coordinator_who_has_not(person: Person, at: datetime) -> bool:
        return on_call.is_coordinator(person, at) and has_not(person, at)

    return is_coordinator_who_has_not, has_not, on_call.is_anyone


@job("escalations.call_second_person", queue=Queue.NOTICES)
def alert_second_person(context: AppContext, *, escalation_id: str) -> None:
    """Alert a second person to read and approve a draft or an answer. Safe to run twice: one id."""
    with context.begin() as work:
        escalation = work.session.get(Escalation, escalation_id)
        if escalation is None:
            return
        is_draft = escalation.state is EscalationState.DRAFT
        if not (is_draft or escalation.has_answer_to_approve):
            return
        if _was_told(second_person_alerts.last_alert_for_approval(work, escalation)):
            return
        template = "emails/second_person.txt" if is_draft else "emails/second_person_answer.txt"
        call = _call(
            work, context, escalation, template, f"draft.{escalation.wording_to_approve[-32:]}"
        )
    _send_and_note(
        context,
        escalation,
        call,
        told=second_person_alerts.TOLD,
        untold=second_person_alerts.UNTOLD,
    )


def _was_told(call: second_person_alerts.SecondPersonAlertStatus | None) -> bool:
    return call is not None and bool(call.told) and not call.reached_nobody


def _call(
    work: Work,
    context: AppContext,
    escalation: Escalation,
    template: str,
    about: str,
    *,
    tiers: tuple[on_call.AlertTier, ...] = on_call.DUTY_FIRST,
) -> on_call.OnCallAlert:
    """A letter to whoever may be the second one: see `cannot_be_second`."""
    case, us = escalation.case, excluded_second_persons(work, escalation)

    def email(person_id: str, mailbox: str) -> Email:
        return emails.compose_email(
            context,
            template,
            to=mailbox,
            key=f"{escalation.id}.{about}.{person_id}",
            ref=escalation.ref,
            case_ref=case.ref,
            priority=escalation.priority.upper(),
            link=f"{context.settings.staff_url}/cases/{case.ref}/requests/{escalation.ref}",
        )

    without = {actor.removeprefix("person:") for actor in us}
    return on_call.compose_alert(work, case.team_id, email=email, tiers=tiers, exclude=without)


def _send_and_note(
    context: AppContext,
    escalation: Escalation,
    call: on_call.OnCallAlert,
    *,
    told: str,
    untold: str,
) -> None:
    """Send, and write down who was told; of operators it says only that nobody here could be."""
    words = second_person_alerts.pending_review_kind(escalation)
    reached = on_call.send_alert(context, call)  # no transaction is open here
    with context.begin() as work:
        on_call.record_operator_alert(work, call, reached)
        work.record(
            told if reached.is_heard else untold,
            escalation,
            wording=escalation.wording_to_approve,
            words=words,
            told=reached.told if reached.is_heard else [],
        )
    if reached.trouble is not None and not reached.is_heard:
        raise reached.trouble


def _send(context: AppContext, email: Email) -> tuple[DeliveryState, str]:
    """What the post made of it. A 250 means that a server took it, never that a person did."""
    try:
        context.mailer.send(email)
    except TemporaryMailError as away:
        return DeliveryState.DEFERRED, _kind(away)
    except PermanentMailError as refused:
        return DeliveryState.REJECTED, _kind(refused)
    except (UncertainMailError, OSError) as broken:
        return DeliveryState.UNCERTAIN, _kind(broken)
    return DeliveryState.ACCEPTED, ""


def _kind(error: Exception) -> str:
    return type(error.__cause__ or error).__name__
