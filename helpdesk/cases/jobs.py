"""Background jobs of cases."""

from datetime import date

from helpdesk.accounts import on_call
from helpdesk.accounts.models import Person, Team
from helpdesk.cases import operations
from helpdesk.cases.models import Case
from helpdesk.core import emails
from helpdesk.core.app_context import AppContext, Email
from helpdesk.core.jobs import Queue, job


@job("cases.wake", queue=Queue.NOTICES, leaves_the_house=False)
def resume_due_case(context: AppContext, *, case_id: str, day: str) -> None:
    """Resume a paused case on its day. Safe to run twice."""
    with context.begin() as work:
        case = work.session.get(Case, case_id)
        if case is not None:
            operations.resume_due_case(work, case, day=date.fromisoformat(day))


@job("cases.tell_of_cases", queue=Queue.NOTICES)
def email_new_owner_or_duty(
    context: AppContext, *, team_id: str, person_id: str, at: int, is_given_back: int = 0
) -> None:
    """Email the new owner of a colleague's cases, or those on duty. Say that a colleague's cases
    have come: to the one who has them now, or else to whoever is on duty for the queue; or that a
    colleague who goes on working gave an urgent one back. One letter, however many they are. Safe
    to run twice."""
    with context.begin() as work:
        team = work.session.get(Team, team_id)
        if team is None:
            return

        def has_them(person: Person, _at: object) -> bool:
            return person.id == person_id

        def email(called: str, mailbox: str) -> Email:
            return emails.compose_email(
                context,
                "emails/cases_come.txt",
                to=mailbox,
                key=f"cases-come.{team_id}.{at}.{called}",
                queue=team.name,
                are_theirs=called == person_id,
                is_given_back=bool(is_given_back),
                link=f"{context.settings.staff_url}/duty",
            )

        ladder = (has_them, *on_call.DUTY_FIRST)
        call = on_call.compose_alert(work, team_id, email=email, tiers=ladder)
    reached = on_call.send_alert(context, call)  # no transaction is open here
    with context.begin() as work:
        on_call.record_operator_alert(work, call, reached)
    if reached.trouble is not None and not reached.is_heard:
        raise reached.trouble
