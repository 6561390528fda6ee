"""On-call alerts: whom to email when something waits in a queue, tier by tier.

A call is composed and noted in a piece of work, and sent between the two with none open.
"""

import time
from collections.abc import Callable, Collection, Container
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
from helpdesk.core.recent_times import column_happened_within
from helpdesk.core.work import Work

AlertTier = Callable[[Person, datetime], bool]

UNHEARD: Final = "team.unheard"
OPERATORS_REST: Final = timedelta(hours=1)
# Seconds that a circle has to begin its first letters, however long the one before it took.
CIRCLE_STARTS_WITHIN: Final = 1.0


def is_on_duty(person: Person, at: datetime) -> bool:
    """Whether the person is on duty at that moment."""
    return person.on_duty_until is not None and person.on_duty_until > at


def is_coordinator(person: Person, _at: datetime) -> bool:
    """Whether the person is a coordinator, on duty or not: a tier of those to alert."""
    return person.role is Role.COORDINATOR


def is_coordinator_on_duty(person: Person, at: datetime) -> bool:
    """Whether the person is a coordinator who is on duty at that moment."""
    return is_coordinator(person, at) and is_on_duty(person, at)


def is_anyone(_person: Person, _at: datetime) -> bool:
    """The last tier of those to alert: everyone."""
    return True


DUTY_FIRST: Final[tuple[AlertTier, ...]] = (is_on_duty, is_coordinator, is_anyone)
LEAD_FIRST: Final[tuple[AlertTier, ...]] = (
    is_coordinator_on_duty,
    is_coordinator,
    is_on_duty,
    is_anyone,
)
COORDINATOR_FIRST: Final[tuple[AlertTier, ...]] = (is_coordinator, is_on_duty, is_anyone)


def duty_tiers_excluding(heard: Collection[str | None]) -> tuple[AlertTier, ...]:
    """The tiers to alert, duty first, without people who were alerted already; they again, if
    nobody else is there."""

    def without(tier: AlertTier) -> AlertTier:
        return lambda person, at: person.id not in heard and tier(person, at)

    return (*(without(tier) for tier in DUTY_FIRST), is_anyone)


@dataclass(frozen=True)
class OnCallAlert:
    """An alert that is ready to send: the emails of each tier; the next one gets its own if nobody
    before was reached."""

    team_id: str
    circles: tuple[dict[str, Email], ...]


@dataclass(frozen=True)
class AlertResult:
    """Who got an alert, of the queue or else of the operators; who could not be reached, and
    why."""

    told: list[str]
    untold: list[str]
    is_heard: bool
    trouble: Exception | None = None


def email_addresses_by_tier(
    work: Work,
    team_id: str,
    *,
    tiers: tuple[AlertTier, ...] = DUTY_FIRST,
    exclude: Container[str] = (),
) -> list[dict[str, str]]:
    """The email addresses to alert for a queue, by person, tier by tier; each is in the first that
    fits.

    Only people who can open what waits. Empty if nobody can be sent a letter.
    """
    inside = [
        one for one in queries.members_with_key(work.session, team_id) if one.id not in exclude
    ]
    left = [
        (person, mailbox)
        for person in inside
        if (mailbox := queries.email_address_of(work, person))
    ]
    circles = []
    for rung in tiers:
        called = {person.id: mailbox for person, mailbox in left if rung(person, work.at)}
        left = [(person, mailbox) for person, mailbox in left if person.id not in called]
        circles.append(called)
    return [called for called in circles if called]


def compose_alert(
    work: Work,
    team_id: str,
    *,
    email: Callable[[str, str], Email],
    tiers: tuple[AlertTier, ...] = DUTY_FIRST,
    exclude: Container[str] = (),
) -> OnCallAlert:
    """Compose an alert: one email for each person of each tier."""
    circles = email_addresses_by_tier(work, team_id, tiers=tiers, exclude=exclude)
    post = tuple({one: email(one, called[one]) for one in called} for called in circles)
    return OnCallAlert(team_id, post)


def send_alert(
    context: AppContext, alert: OnCallAlert, *, until: float | None = None
) -> AlertResult:
    """Send an alert to the first tier, and at once to the next as long as nobody was reached.

    With nobody reached, operators are told that, and nothing else; coordinators of other queues
    may not know of this one. Call it while no transaction is open. A mail server that takes minutes
    for a letter keeps none waiting behind it: the circles share 25 seconds, or those `until` which
    several calls of one job may begin letters, and after that each begins its first ones alone.
    """
    untold: list[str] = []
    trouble: Exception | None = None
    until = emails.email_start_deadline() if until is None else until
    for circle in alert.circles:
        sent = emails.send_emails(
            context, circle, until=max(until, time.monotonic() + CIRCLE_STARTS_WITHIN)
        )
        untold, trouble = [*untold, *sent.untold], sent.trouble or trouble
        if sent.told:
            return AlertResult(sent.told, untold, is_heard=True)
    with context.begin() as work:
        post = _to_operators(context, work, alert.team_id)
    operators = emails.send_emails(
        context, post, until=max(until, time.monotonic() + CIRCLE_STARTS_WITHIN)
    )
    return AlertResult(operators.told, untold, is_heard=False, trouble=trouble)


def record_operator_alert(work: Work, alert: OnCallAlert, reached: AlertResult) -> None:
    """Record in history that operators were alerted, so that they get no second alert within an
    hour.

    Noted after sending: a worker that dies in between says it twice, and never not at all.
    """
    if reached.told and not reached.is_heard:
        # Of no case, and yet so soon after what a reporter did.
        coarse = work.timed_for_reporter()
        coarse.record_about(UNHEARD, "teams", alert.team_id, told=reached.told)


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
        for person in queries.all_operators(work.session)
        if (mailbox := queries.email_address_of(work, person))
    }


def _told_lately(work: Work, team_id: str) -> bool:
    lately = select(HistoryEntry.id).where(
        HistoryEntry.subject_id == team_id,
        HistoryEntry.action == UNHEARD,
        HistoryEntry.actor_id == SYSTEM.id,
        column_happened_within(HistoryEntry.at, OPERATORS_REST, at=work.at),
    )
    return work.session.scalar(lately.limit(1)) is not None
