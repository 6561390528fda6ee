"""Whom to call when something waits in a queue: one ladder, and who hears that nobody is on it.

A call is composed and noted in a piece of work, and sent between the two with none open.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from helpdesk.accounts import queries
from helpdesk.accounts.models import Person, Team
from helpdesk.core import emails
from helpdesk.core.actors import SYSTEM, Role
from helpdesk.core.app_context import AppContext, Email
from helpdesk.core.history import HistoryEntry
from helpdesk.core.work import Work

Rung = Callable[[Person, datetime], bool]

UNHEARD: Final = "team.unheard"
OPERATORS_REST: Final = timedelta(hours=1)


def is_on_duty(person: Person, at: datetime) -> bool:
    return person.on_duty_until is not None and person.on_duty_until > at


def leads(person: Person, _at: datetime) -> bool:
    return person.role is Role.COORDINATOR


def leads_on_duty(person: Person, at: datetime) -> bool:
    return leads(person, at) and is_on_duty(person, at)


def anybody(_person: Person, _at: datetime) -> bool:
    return True


DUTY_FIRST: Final[tuple[Rung, ...]] = (is_on_duty, leads, anybody)
LEAD_FIRST: Final[tuple[Rung, ...]] = (leads_on_duty, leads, is_on_duty, anybody)
COORDINATOR_FIRST: Final[tuple[Rung, ...]] = (leads, is_on_duty, anybody)


@dataclass(frozen=True)
class Call:
    """The letters of one call, circle by circle: the next is called if nobody before it was
    reached."""

    team_id: str
    circles: tuple[dict[str, Email], ...]


@dataclass(frozen=True)
class Reached:
    """Who was told, of the queue or else of the operators; who could not be, and why."""

    told: list[str]
    untold: list[str]
    is_heard: bool
    trouble: Exception | None = None


def whom_to_call(
    work: Work, team_id: str, *, ladder: tuple[Rung, ...] = DUTY_FIRST, without: Container[str] = ()
) -> list[dict[str, str]]:
    """Mailboxes, by person, of one circle after the other; each person is in the first that fits.

    Only people who can open what waits. Empty if nobody can be sent a letter.
    """
    inside = [one for one in queries.let_in(work.session, team_id) if one.id not in without]
    left = [(person, mailbox) for person in inside if (mailbox := queries.mailbox_of(work, person))]
    circles = []
    for rung in ladder:
        called = {person.id: mailbox for person, mailbox in left if rung(person, work.at)}
        left = [(person, mailbox) for person, mailbox in left if person.id not in called]
        circles.append(called)
    return [called for called in circles if called]


def compose_call(
    work: Work,
    team_id: str,
    *,
    email: Callable[[str, str], Email],
    ladder: tuple[Rung, ...] = DUTY_FIRST,
    without: Container[str] = (),
) -> Call:
    """A letter, made of person and mailbox, for each in the circles to call."""
    circles = whom_to_call(work, team_id, ladder=ladder, without=without)
    post = tuple({one: email(one, called[one]) for one in called} for called in circles)
    return Call(team_id, post)


def place_call(context: AppContext, call: Call) -> Reached:
    """Send to the first circle, and at once to the next as long as nobody was reached.

    With nobody reached, operators are told that, and nothing else; coordinators of other queues
    may not know of this one. Call it while no transaction is open.
    """
    untold: list[str] = []
    trouble: Exception | None = None
    for circle in call.circles:
        sent = emails.send_emails(context, circle)
        untold, trouble = [*untold, *sent.untold], sent.trouble or trouble
        if sent.told:
            return Reached(sent.told, untold, is_heard=True)
    with context.begin() as work:
        post = _to_operators(context, work, call.team_id)
    operators = emails.send_emails(context, post)
    return Reached(operators.told, untold, is_heard=False, trouble=trouble)


def note_call(work: Work, call: Call, reached: Reached) -> None:
    """Write down that operators were told, so that they are left alone for an hour.

    Noted after sending: a worker that dies in between says it twice, and never not at all.
    """
    if reached.told and not reached.is_heard:
        work.record_about(UNHEARD, "teams", call.team_id, told=reached.told)


def _to_operators(context: AppContext, work: Work, team_id: str) -> dict[str, Email]:
    if _told_lately(work, team_id):
        return {}
    team = work.session.get_one(Team, team_id)
    hour = int(work.at.timestamp()) // 3600
    return {
        person.id: emails.compose_email(
            context,
            "emails/unheard.txt",
            to=mailbox,
            key=f"unheard.{team.id}.{hour}.{person.id}",
            queue=team.name,
        )
        for person in queries.operators(work.session)
        if (mailbox := queries.mailbox_of(work, person))
    }


def _told_lately(work: Work, team_id: str) -> bool:
    lately = select(HistoryEntry.id).where(
        HistoryEntry.subject_id == team_id,
        HistoryEntry.action == UNHEARD,
        HistoryEntry.actor_id == SYSTEM.id,
        HistoryEntry.at > work.at - OPERATORS_REST,
    )
    return work.session.scalar(lately.limit(1)) is not None
