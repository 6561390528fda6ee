"""Calls about one case: a letter for each to call, sent, and who heard written down."""

from datetime import datetime

from helpdesk.accounts import calling
from helpdesk.accounts.models import Person
from helpdesk.cases.models import Case
from helpdesk.core import emails
from helpdesk.core.app_context import AppContext, Email
from helpdesk.core.work import Work
from helpdesk.triage import operations


def is_person(person_id: str | None) -> calling.Rung:
    """The rung of one person."""

    def is_that_person(person: Person, _at: datetime) -> bool:
        return person.id == person_id

    return is_that_person


def has_case(case: Case) -> calling.Rung:
    """The rung of who has the case, before all others."""
    return is_person(case.owner_id)


def compose_about(
    context: AppContext,
    work: Work,
    case: Case,
    ladder: tuple[calling.Rung, ...] = calling.DUTY_FIRST,
    *,
    template: str,
    kind: str,
    **facts: object,
) -> calling.Call:
    """A letter for each to call. The same alarm is the same message id."""

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

    return calling.compose_call(work, case.team_id, email=email, ladder=ladder)


def send_and_note(
    context: AppContext, case_id: str, call: calling.Call, *, action: str, **details: int
) -> None:
    """Call, and write down who heard; if nobody did, the board says so and it is tried again."""
    reached = calling.place_call(context, call)  # no transaction is open here
    with context.begin() as work:
        calling.note_call(work, call, reached)
        operations.note_call(work, case_id, reached, action=action, **details)
    if reached.trouble is not None and not reached.is_heard:
        raise reached.trouble
