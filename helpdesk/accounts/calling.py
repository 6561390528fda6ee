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
from helpdesk.core import letters
from helpdesk.core.actors import Role
from helpdesk.core.desk import Desk, Letter
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
    """The letters of one call, by person; `is_heard` if they are to people of the queue."""

    team_id: str
    post: dict[str, Letter]
    is_heard: bool


def whom_to_call(
    work: Work, team_id: str, *, ladder: tuple[Rung, ...] = DUTY_FIRST, without: Container[str] = ()
) -> dict[str, str]:
    """Mailboxes, by person, on the first rung where there is one: only of people who can open
    what waits. Empty if nobody can be sent a letter."""
    inside = [one for one in queries.let_in(work.session, team_id) if one.id not in without]
    reachable = [
        (person, mailbox) for person in inside if (mailbox := queries.mailbox_of(work, person))
    ]
    for rung in ladder:
        called = {person.id: mailbox for person, mailbox in reachable if rung(person, work.at)}
        if called:
            return called
    return {}


def compose_call(
    desk: Desk,
    work: Work,
    team_id: str,
    *,
    letter: Callable[[str, str], Letter],
    ladder: tuple[Rung, ...] = DUTY_FIRST,
    without: Container[str] = (),
) -> Call:
    """A letter, made of person and mailbox, for each to call. With nobody to call operators are
    told that, and nothing else; coordinators of other queues may not know of this one."""
    called = whom_to_call(work, team_id, ladder=ladder, without=without)
    if not called:
        return Call(team_id, _to_operators(desk, work, team_id), is_heard=False)
    return Call(team_id, {one: letter(one, called[one]) for one in called}, is_heard=True)


def note_call(work: Work, call: Call, told: list[str]) -> None:
    """Write down that operators were told, so that they are left alone for an hour.

    Noted after sending: a worker that dies in between says it twice, and never not at all.
    """
    if told and not call.is_heard:
        work.record_about(UNHEARD, "teams", call.team_id, told=told)


def _to_operators(desk: Desk, work: Work, team_id: str) -> dict[str, Letter]:
    if _told_lately(work, team_id):
        return {}
    team = work.session.get_one(Team, team_id)
    hour = int(work.at.timestamp()) // 3600
    return {
        person.id: letters.compose(
            desk,
            "letters/unheard.txt",
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
        HistoryEntry.at > work.at - OPERATORS_REST,
    )
    return work.session.scalar(lately.limit(1)) is not None
