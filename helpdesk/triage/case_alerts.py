"""Alerts about one case: an email for each person to alert, sent, and the result recorded."""

from datetime import datetime

from helpdesk.accounts import on_call
from helpdesk.accounts.models import Person
from helpdesk.cases.models import Case
from helpdesk.core import emails
from helpdesk.core.app_context import AppContext, Email
from helpdesk.core.work import Work
from helpdesk.triage import operations


def tier_of_one_person(person_id: str | None) -> on_call.AlertTier:
    """The alert tier of one person."""

    def is_that_person(person: Person, _at: datetime) -> bool:
        return person.id == person_id

    return is_that_person


def tier_of_case_owner(case: Case) -> on_call.AlertTier:
    """The alert tier of the case's owner, before all others."""
    return tier_of_one_person(case.owner_id)


def compose_case_alert(
    context: AppContext,
    work: Work,
    case: Case,
    tiers: tuple[on_call.AlertTier, ...] = on_call.DUTY_FIRST,
    *,
    template: str,
    kind: str,
    **facts: object,
) -> on_call.OnCallAlert:
    """Compose an alert about a case: an email for each person. The same alert has the same message
    id."""

    def email(person_id: str, mailbox: str) -> Email:
        return emails.compose_email(
            context,
            template,
            to=mailbox,
            key=f"{kind}.{case.ref}.{person_id}",
            ref=case.ref,
            level=case.level,
            link=f"{context.settings.staff_url}/cases/{case.ref}",
            **facts,
        )

    return on_call.compose_alert(work, case.team_id, email=email, tiers=tiers)


def send_case_alert_and_record(
    context: AppContext,
    case_id: str,
    alert: on_call.OnCallAlert,
    *,
    action: str,
    kind: str,
    **details: int,
) -> None:
    """Send an alert and record who got which; if nobody did, the board says so and it is tried
    again."""
    reached = on_call.send_alert(context, alert)  # no transaction is open here
    with context.begin() as work:
        on_call.record_operator_alert(work, alert, reached)
        operations.record_alert_result(work, case_id, reached, action=action, alarm=kind, **details)
    if reached.trouble is not None and not reached.is_heard:
        raise reached.trouble
