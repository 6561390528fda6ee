"""The outbox: queued jobs as rows, each with a state, a lease and a fencing number.

This table is the ledger. The queue outside is told "look now" and may forget it.

Jobs are taken fairly, from each database role by turns, so that no process that queues very many
keeps another's alarms from being sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    FetchedValue,
    Index,
    Integer,
    String,
    and_,
    column,
    exists,
    func,
    or_,
    select,
    text,
    values,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.core.database import Base, RandomIdMixin, enum_column
from helpdesk.core.jobs import Queue
from helpdesk.core.leased_tasks import LeasableRow

LEASE = timedelta(minutes=5)
# Who queues jobs: the database writes the role of the process beside each of them.
ENQUEUING_ROLES: Final = (
    "helpdesk_app",
    "helpdesk_intake",
    "helpdesk_partner",
    "helpdesk_worker",
    "helpdesk_ticker",
    "helpdesk_owner",
)


class OutboxJobState(StrEnum):
    """The states of a queued job. One that failed waits for a person, and the duty board shows
    it."""

    WAITING = "waiting"
    LEASED = "leased"
    DONE = "kept"
    FAILED = "failed"
    # Due when a backup was restored, and left out on purpose.
    SKIPPED = "skipped"


class OutboxJob(RandomIdMixin, LeasableRow, Base):
    """A queued job, which will run once what caused it is committed. Its arguments are ids."""

    __tablename__ = "outbox"

    job: Mapped[str] = mapped_column(String(64))
    queue: Mapped[Queue] = mapped_column(enum_column(Queue))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[OutboxJobState] = mapped_column(
        enum_column(OutboxJobState), default=OutboxJobState.WAITING
    )
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str | None] = mapped_column(String(120))
    ended_at: Mapped[datetime | None]
    # Its place in line. The database writes these, whatever the one who queues it says, and no time
    # closer than five minutes: it is when a reporter did something (as `ended_at` nearly is).
    promised_by: Mapped[str] = mapped_column(String(32), server_default=FetchedValue())
    promised_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    place: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue())
    about: Mapped[str] = mapped_column(String(32), server_default=FetchedValue())
    # 0 for the first eight about one thing that wait, 1 for the next eight, and so on.
    turn: Mapped[int] = mapped_column(server_default=FetchedValue())

    # Nothing is read back when a row is written: who queues a job at a door may not see it.
    __mapper_args__ = {"eager_defaults": False}
    __table_args__ = (
        Index(
            "ix_outbox_due",
            "queue",
            "due_at",
            postgresql_where=text("state IN ('waiting', 'leased')"),
        ),
        Index(
            "ix_outbox_line",
            "queue",
            "promised_by",
            "due_at",
            postgresql_where=text("state IN ('waiting', 'leased')"),
        ),
        Index(
            "ix_outbox_about",
            "about",
            "promised_by",
            postgresql_where=text("state IN ('waiting', 'leased')"),
        ),
        Index("ix_outbox_failed", "due_at", postgresql_where=text("state = 'failed'")),
        Index("ix_outbox_ended", "ended_at", postgresql_where=text("state IN ('kept', 'skipped')")),
    )


@dataclass(frozen=True)
class JobLease:
    """A lease on one job: the right to run it until the lease ends or the fence moves on."""

    outbox_job_id: str
    job: str
    arguments: dict[str, Any]
    attempt: int
    fence: int


def lease_due_jobs(
    session: Session, *, queue: str, at: datetime, limit: int, first: int = 0, taken: int = 0
) -> list[JobLease]:
    """Lease up to `limit` due jobs of a queue, those whose worker died included.

    With which role the caller began and how many it took before say whose turn it is: see
    `_next_in_line`.
    """
    leases = []
    for number in range(taken, taken + limit):
        rounds, turn = divmod(number, len(ENQUEUING_ROLES))
        outbox_job = _next_in_line(session, queue, at, turn=first + turn, newest=rounds % 2 == 1)
        if outbox_job is None:
            break
        outbox_job.state = OutboxJobState.LEASED
        outbox_job.attempts += 1
        outbox_job.lease(at=at, during=LEASE)
        session.flush()
        leases.append(
            JobLease(
                outbox_job.id,
                outbox_job.job,
                outbox_job.arguments,
                outbox_job.attempts,
                outbox_job.fence,
            )
        )
    return leases


def _next_in_line(
    session: Session, queue: str, at: datetime, *, turn: int, newest: bool
) -> OutboxJob | None:
    """One job of the role whose turn it is, or of the next that has one that is due.

    Of one role's, first those about things of which few wait; among them the longest queued, and
    every second round the newest: what lay there before very many came is not behind them, nor is
    what comes after. When a job is due says whether it is taken, never which one.
    """
    order = OutboxJob.place.desc() if newest else OutboxJob.place.asc()
    turn %= len(ENQUEUING_ROLES)
    for role in _with_due(session, queue, at, (*ENQUEUING_ROLES[turn:], *ENQUEUING_ROLES[:turn])):
        line = select(OutboxJob).where(
            OutboxJob.queue == queue, OutboxJob.promised_by == role, _is_due(at)
        )
        held = line.order_by(OutboxJob.turn, order).limit(1)
        if (found := session.scalar(held.with_for_update(skip_locked=True))) is not None:
            return found
    return None


def _with_due(session: Session, queue: str, at: datetime, roles: Sequence[str]) -> Sequence[str]:
    """Those of them who have something that is due, in their order."""
    lines = values(column("role", String), column("number", Integer), name="lines")
    one = lines.data([(role, number) for number, role in enumerate(roles)])
    due = select(OutboxJob.id).where(
        OutboxJob.queue == queue, OutboxJob.promised_by == one.c.role, _is_due(at)
    )
    found = select(one.c.role).where(due.exists()).order_by(one.c.number)
    return session.scalars(found).all()


def mark_job_done(session: Session, lease: JobLease, *, at: datetime) -> bool:
    """Mark a job as done; False if somebody else holds it by now."""
    return _end(session, lease, state=OutboxJobState.DONE, ended_at=at, trouble=None)


def reschedule_job(session: Session, lease: JobLease, *, until: datetime, trouble: str) -> bool:
    """Reschedule a job for later. `trouble` is a kind of error, never its words."""
    return _end(session, lease, state=OutboxJobState.WAITING, due_at=until, trouble=trouble[:120])


def postpone_job(session: Session, lease: JobLease, *, until: datetime) -> bool:
    """Postpone a job in which nothing went wrong: then it has all its tries."""
    return _end(
        session, lease, state=OutboxJobState.WAITING, due_at=until, attempts=0, trouble=None
    )


def mark_job_failed(session: Session, lease: JobLease, *, at: datetime, trouble: str) -> bool:
    """Mark a job as failed: it is not tried any more, and waits for a person."""
    return _end(session, lease, state=OutboxJobState.FAILED, ended_at=at, trouble=trouble[:120])


def lock_due_jobs(session: Session, *, at: datetime) -> Sequence[OutboxJob]:
    """Lock every job that would be run now, or once its lease is over, oldest first, until the
    commit. Of a database that was restored nobody holds a lease."""
    is_leased = OutboxJob.state == OutboxJobState.LEASED
    due = select(OutboxJob).where(or_(_is_due(at), is_leased))
    due = due.order_by(OutboxJob.due_at, OutboxJob.id)
    return session.scalars(due.with_for_update()).all()


def correct_jobs_queued_by_fast_clock(session: Session) -> None:
    """Move jobs that were queued while the database’s clock was ahead back to when they should be
    due, each with the delay it had. Done by a database function, because the role that runs jobs
    may not write when they were queued."""
    session.execute(select(func.bring_forward_jobs()))


def skip_outbox_job_after_restore(outbox_job: OutboxJob, *, at: datetime) -> None:
    """Skip a job after a restore: it is not run, and whoever had leased it has lost it."""
    outbox_job.state = OutboxJobState.SKIPPED
    outbox_job.revoke_lease()
    outbox_job.ended_at, outbox_job.trouble = at, "restored"


def forget_done_jobs(session: Session, *, at: datetime) -> None:
    """Delete jobs that were done or skipped a day ago. Safe to run twice."""
    session.execute(select(func.forget_done_jobs(at)))


def queues_with_due_work(session: Session, *, at: datetime) -> list[Queue]:
    """The queues that have due jobs: of those that there are, whatever rows say."""
    due = [exists().where(OutboxJob.queue == queue, _is_due(at)) for queue in Queue]
    found = session.execute(select(*due)).one()
    return [queue for queue, has_work in zip(Queue, found, strict=True) if has_work]


def failed_jobs(session: Session, limit: int = 50) -> Sequence[OutboxJob]:
    """Failed jobs, which wait for a person: of each role's the oldest, so that none hides
    another's."""
    place = func.row_number().over(
        partition_by=OutboxJob.promised_by,
        order_by=(OutboxJob.turn, OutboxJob.place),
    )
    spent = select(OutboxJob.id, place.label("place")).where(
        OutboxJob.state == OutboxJobState.FAILED
    )
    first = spent.subquery()
    found = select(OutboxJob).join(first, OutboxJob.id == first.c.id)
    return session.scalars(found.order_by(first.c.place, OutboxJob.due_at).limit(limit)).all()


def _is_due(at: datetime) -> Any:
    waiting = OutboxJob.state == OutboxJobState.WAITING
    abandoned = (OutboxJob.state == OutboxJobState.LEASED) & OutboxJob.lease_is_over(at)
    # What is leased was due before: said of both, it keeps the index from walking every alarm to
    # come.
    return and_(OutboxJob.due_at <= at, or_(waiting, abandoned))


def _end(session: Session, lease: JobLease, **changes: Any) -> bool:
    outbox_job = session.get(
        OutboxJob, lease.outbox_job_id, with_for_update=True, populate_existing=True
    )
    if outbox_job is None or not outbox_job.is_held_with_fence(lease.fence):
        return False
    for name, value in changes.items():
        setattr(outbox_job, name, value)
    outbox_job.end_lease()
    return True
