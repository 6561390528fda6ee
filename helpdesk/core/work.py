"""The unit of work: who, when, in which transaction; and the only way to require, record and
enqueue."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy.orm import Session

from helpdesk.core import jobs
from helpdesk.core.actors import SYSTEM, Actor
from helpdesk.core.database import Base
from helpdesk.core.errors import NotAllowed
from helpdesk.core.events import Event
from helpdesk.core.history import HistoryEntry
from helpdesk.core.keys import Keyring
from helpdesk.core.outbox import OutboxJob

T = TypeVar("T")

NOT_LET_IN: Final = (
    "You don’t have access yet, so you can’t work on this. A colleague in this queue has to "
    "give you access first."
)
REPORTERS_CLOCK = timedelta(minutes=5)


class Subject(Protocol):
    """Anything that history can name as its subject: a row with a table and an id."""

    __tablename__: str

    @property
    def id(self) -> Any: ...


@dataclass(frozen=True)
class Work:
    """A unit of work: an actor's changes, committed together by the door that opened it."""

    session: Session
    actor: Actor
    at: datetime
    keys: Keyring

    def require(self, rule: Callable[[Actor, T], bool], subject: T) -> None:
        """Refuse unless the rule lets this actor do this to the subject.

        Whoever works on cases must be able to open this one, too: an account that nobody has let in
        may be the second one of whoever made it, and is nobody's first or second person.
        """
        if not rule(self.actor, subject):
            waits = self.actor.works_on_cases and not self.actor.accessible_teams
            raise NotAllowed(NOT_LET_IN if waits else "")
        key_id: str | None = getattr(subject, "sealing_key_id", None)
        if key_id is not None and self.actor.works_on_cases and not self.keys.holds(key_id):
            raise NotAllowed(NOT_LET_IN)

    def add(self, row: Base) -> None:
        """A new row, written with all that this work changes."""
        self.session.add(row)

    def record(self, action: str, subject: Subject, **details: Any) -> None:
        """Write the change into history. Details hold ids and codes, never what people told us."""
        case_id = getattr(subject, "case_id", None)
        if subject.__tablename__ == "cases":
            case_id = subject.id
        self.record_about(
            action, subject.__tablename__, str(subject.id), case_id=case_id, **details
        )

    def record_about(
        self,
        action: str,
        subject_type: str,
        subject_id: str,
        *,
        case_id: str | None = None,
        **details: Any,
    ) -> None:
        """The same, where the subject is not at hand as a row."""
        self.add(
            HistoryEntry(
                at=self._time_in_history(case_id),
                actor_id=self.actor.id,
                action=action,
                subject_type=subject_type,
                subject_id=subject_id,
                case_id=case_id,
                details=details,
            )
        )

    def _time_in_history(self, case_id: str | None) -> datetime:
        """The full hour for what a reporter did, and five minutes for what followed by itself: that
        is done within a second, and would say when they sat at a keyboard."""
        if self.actor.is_anonymous:
            return round_down_to_hour(self.at)
        is_by_itself = self.actor == SYSTEM and case_id is not None
        return round_time_for_reporter(self.at) if is_by_itself else self.at

    def enqueue(self, job: str, *, after: timedelta = timedelta(0), **arguments: Any) -> None:
        """Run a job once this transaction has committed. Arguments are ids.

        What is due at once is told to whoever listens by the database itself (migration 0007).
        """
        if not jobs.arguments_are_ids(arguments):
            raise ValueError(f"{job} was queued with more than ids.")
        queue = jobs.job_by_name(job).queue
        self.add(OutboxJob(job=job, queue=queue, arguments=arguments, due_at=self.at + after))

    def announce(self, event: Event, *, after: timedelta = timedelta(0)) -> None:
        """Queue what features above do about an event, once this transaction has committed."""
        for name in jobs.jobs_on_event(type(event)):
            self.enqueue(name, after=after, **event.arguments())

    def timed_for_reporter(self) -> "Work":
        """The same work at the public door's time: for what follows within a second of what a
        reporter did, and would say when they sat at a keyboard."""
        return replace(self, at=round_time_for_reporter(self.at))

    @property
    def hour_for_reporter(self) -> datetime:
        """The time to write where a minute would say too much: the full hour for a reporter."""
        if self.actor.is_anonymous:
            return round_down_to_hour(self.at)
        return self.at


def round_down_to_hour(at: datetime) -> datetime:
    """Round a time down to the full hour: all that is kept of what a minute would say too much
    of."""
    return at.replace(minute=0, second=0, microsecond=0)


def round_time_for_reporter(at: datetime) -> datetime:
    """Round a time down for what a reporter does: to five minutes, always early, never late.

    An IMMEDIATE case must be answered in thirty minutes, so that the hour would be too coarse;
    the second at which somebody sat at a keyboard is nobody's business.
    """
    return at.replace(minute=at.minute - at.minute % 5, second=0, microsecond=0)
