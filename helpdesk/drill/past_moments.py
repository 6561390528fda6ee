"""Work of people of the drill at past moments, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from helpdesk.accounts.models import Person
from helpdesk.cases.models import Case
from helpdesk.core.actors import NOBODY, SYSTEM, Actor, operator, reporter
from helpdesk.core.app_context import AppContext
from helpdesk.core.codes import ReturnCode
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.core.jobs import Queue
from helpdesk.core.outbox import OutboxJob, OutboxJobState
from helpdesk.core.sealing import Secret
from helpdesk.core.work import Work
from helpdesk.escalations.operations.follow_ups import enqueue_due_follow_ups

# As often the ticker looks, in the drill's past, whose time to answer is over.
TICKS: Final = timedelta(hours=1)


@contextmanager
def past_in_one_transaction(context: AppContext) -> Iterator["PastMoments"]:
    """Past moments whose every transaction lands in one: the drill is made whole, or not at all."""
    with context.sessions.kw["bind"].begin() as connection:
        sessions = sessionmaker(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        )
        with sessions() as session:
            parts = {one.name: getattr(context, one.name) for one in fields(context)}
            yield PastMoments(PastContext(**parts | {"sessions": sessions}), session)
            session.commit()


@dataclass(frozen=True)
class PastContext(AppContext):
    """An app context at a past moment, so that jobs write down that moment."""

    moment: datetime | None = None

    def work_in_session(
        self,
        session: Session,
        actor: Actor,
        *,
        secrets: dict[str, Secret] | None = None,
        own: Secret | None = None,
        at: datetime | None = None,
    ) -> Work:
        return super().work_in_session(
            session, actor, secrets=secrets, own=own, at=at or self.moment
        )


@dataclass
class PastMoments:
    """Opens work at past moments, as anyone of the drill. Every change is made by an operation, as
    that person."""

    context: PastContext
    session: Session
    secrets: dict[str, Secret] = field(default_factory=dict)
    ticked_at: datetime | None = None

    def operator_work(self, at: datetime) -> Work:
        """The operator with a shell, who starts it all."""
        return self.context.work_in_session(self.session, operator("drill"), at=at)

    def system_work(self, at: datetime) -> Work:
        return self.context.work_in_session(self.session, SYSTEM, at=at)

    def stranger_work(self, at: datetime) -> Work:
        """Whoever reports."""
        return self.context.work_in_session(self.session, NOBODY, at=at)

    def returning_reporter(self, case: Case, code: ReturnCode, at: datetime) -> Work:
        """The reporter of a case, back with the return code."""
        return self.context.work_in_session(
            self.session, reporter(case.id), own=code.secret(), at=at
        )

    def person_work(self, handle: str, at: datetime) -> Work:
        """Somebody who has enrolled, with the keys they hold."""
        person = self.person_by_handle(handle)
        keys = {person.key_id: self.secrets[handle]} if person.key_id else {}
        return self.context.work_in_session(self.session, person.as_actor(), secrets=keys, at=at)

    def run_jobs_until(self, at: datetime) -> None:
        """Whatever falls due up to a moment is done when it is due, as the ticker and the workers
        would do it."""
        while self.ticked_at is not None and self.ticked_at + TICKS <= at:
            self.ticked_at += TICKS
            self._run_due_jobs(self.ticked_at)
            enqueue_due_follow_ups(self.system_work(self.ticked_at))
        self.ticked_at = self.ticked_at or at
        self._run_due_jobs(at)
        self.session.expire_all()

    def _run_due_jobs(self, until: datetime) -> None:
        self.session.commit()
        while (due := self._next_due()) is not None and due <= until:
            for queue in Queue:
                run_due_jobs(replace(self.context, moment=due), queue, at=due)

    def _next_due(self) -> datetime | None:
        return self.session.scalar(
            select(func.min(OutboxJob.due_at)).where(OutboxJob.state == OutboxJobState.WAITING)
        )

    def person_by_handle(self, handle: str) -> Person:
        return self.session.scalars(select(Person).where(Person.handle == handle)).one()
