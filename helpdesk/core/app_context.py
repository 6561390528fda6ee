"""AppContext: the assembled parts of a process. begin() opens a Work."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session, sessionmaker

from helpdesk.core.actors import SYSTEM, Actor
from helpdesk.core.database_clock import DatabaseClock
from helpdesk.core.keys import Keyring
from helpdesk.core.lost_commits import commit
from helpdesk.core.sealing import Secret
from helpdesk.core.send_hold import TickProgressStore
from helpdesk.core.service_keys import ServiceKeys
from helpdesk.core.work import Work, round_time_for_reporter
from helpdesk.settings import Settings


class QueueNotifier(Protocol):
    """What wakes the workers of a queue; told by the ticker alone that there is work, and it may
    forget that."""

    def notify(self, queue: str) -> bool:
        """Say "look now". False if nobody could be told; the ticker will look anyway."""
        ...


class Mailer(Protocol):
    """What sends emails."""

    def send(self, email: "Email") -> None:
        """Hand an email over, or raise one of the errors that core/emails.py names."""
        ...


@dataclass(frozen=True)
class Email:
    """One email, ready for the mailer: to whom, subject, body, Message-ID. Its words say only that
    something waits (an id, a priority, a link), never what."""

    to: str
    subject: str
    body: str
    message_id: str
    # Who it is from, where that is not the helpdesk under its own name.
    sender: str = ""
    sender_name: str = ""
    # An OpenPGP message instead of the body, armoured: what it says only its receiver can read.
    encrypted: str = ""


@dataclass(frozen=True)
class AppContext:
    """What a process works with. Features receive what they need from here."""

    settings: Settings
    sessions: sessionmaker[Session]
    queue_notifier: QueueNotifier
    mailer: Mailer
    service: ServiceKeys = field(default_factory=ServiceKeys)
    # Where a worker or ticker looks whether its database is an older copy.
    progress_store: TickProgressStore | None = None
    clock: DatabaseClock = field(default_factory=DatabaseClock)

    def now(self) -> datetime:
        """What time it is for this process: the database's time."""
        return self.clock.now()

    @contextmanager
    def begin(
        self,
        actor: Actor = SYSTEM,
        *,
        secrets: dict[str, Secret] | None = None,
        own: Secret | None = None,
        at: datetime | None = None,
    ) -> Iterator[Work]:
        """A piece of work in one transaction: committed at the end, or nothing of it happened."""
        with self.sessions() as session:
            if at is None and self.clock.is_stale:
                session.connection()  # which asks what time it is
            work = self.work_in_session(session, actor, secrets=secrets, own=own, at=at)
            yield work
            commit(session)

    def work_in_session(
        self,
        session: Session,
        actor: Actor,
        *,
        secrets: dict[str, Secret] | None = None,
        own: Secret | None = None,
        at: datetime | None = None,
    ) -> Work:
        """A Work on a session that somebody else commits (the web edge, a test)."""
        moment = at or self.now()
        if actor.is_anonymous:
            moment = round_time_for_reporter(moment)
        keys = Keyring(session, secrets, own=own, service=self.service)
        return Work(session, actor, moment, keys)
