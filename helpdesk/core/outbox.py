"""The outbox: promised jobs as rows, each with a state, a lease and a fencing number.

This table is the ledger. The queue outside is told "look now" and may forget it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, and_, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.core.database import Base, Identified, enum_column

LEASE = timedelta(minutes=5)


class PromiseState(StrEnum):
    """Where a promise is. A failed promise waits for a person, and the duty board shows it."""

    WAITING = "waiting"
    LEASED = "leased"
    KEPT = "kept"
    FAILED = "failed"
    # Due when a backup was restored, and left out on purpose.
    SKIPPED = "skipped"


class Promise(Identified, Base):
    """A job we have promised to run. Its arguments are ids."""

    __tablename__ = "outbox"

    job: Mapped[str] = mapped_column(String(64))
    queue: Mapped[str] = mapped_column(String(32))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[PromiseState] = mapped_column(
        enum_column(PromiseState), default=PromiseState.WAITING
    )
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    trouble: Mapped[str | None] = mapped_column(String(120))
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_outbox_due",
            "queue",
            "due_at",
            postgresql_where=text("state IN ('waiting', 'leased')"),
        ),
        Index("ix_outbox_failed", "due_at", postgresql_where=text("state = 'failed'")),
    )


@dataclass(frozen=True)
class Lease:
    """The right to run one promise until the lease ends or the fence moves on."""

    promise_id: str
    job: str
    arguments: dict[str, Any]
    attempt: int
    fence: int


def lease_due(session: Session, *, queue: str, at: datetime, limit: int) -> list[Lease]:
    """Take up to `limit` due promises of a queue, those whose worker died included."""
    due = (
        select(Promise)
        .where(Promise.queue == queue, _is_due(at))
        .order_by(Promise.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    leases = []
    for promise in session.scalars(due):
        promise.state = PromiseState.LEASED
        promise.leased_until = at + LEASE
        promise.attempts += 1
        promise.fence += 1
        leases.append(
            Lease(promise.id, promise.job, promise.arguments, promise.attempts, promise.fence)
        )
    return leases


def mark_done(session: Session, lease: Lease, *, at: datetime) -> bool:
    """Note that the promise was kept; False if somebody else holds it by now."""
    return _end(
        session, lease, state=PromiseState.KEPT, ended_at=at, leased_until=None, trouble=None
    )


def reschedule(session: Session, lease: Lease, *, until: datetime, trouble: str) -> bool:
    """Let it run again later. `trouble` is a kind of error, never its words."""
    return _end(
        session,
        lease,
        state=PromiseState.WAITING,
        due_at=until,
        leased_until=None,
        trouble=trouble[:120],
    )


def mark_failed(session: Session, lease: Lease, *, at: datetime, trouble: str) -> bool:
    """Stop trying: from now on it waits for a person."""
    return _end(
        session,
        lease,
        state=PromiseState.FAILED,
        ended_at=at,
        leased_until=None,
        trouble=trouble[:120],
    )


def all_due(session: Session, *, at: datetime) -> Sequence[Promise]:
    """Every promise that would be performed now, oldest first; each is held until the commit."""
    due = select(Promise).where(_is_due(at)).order_by(Promise.due_at, Promise.id)
    return session.scalars(due.with_for_update()).all()


def cancel(promise: Promise, *, at: datetime) -> None:
    """It is not performed. Whoever had leased it has lost it."""
    promise.state = PromiseState.SKIPPED
    promise.fence += 1
    promise.leased_until, promise.ended_at, promise.trouble = None, at, "restored"


def queues_with_due_work(session: Session, *, at: datetime) -> Sequence[str]:
    """The queues that have something to do."""
    return session.scalars(select(Promise.queue).where(_is_due(at)).distinct()).all()


def failed(session: Session, limit: int = 50) -> Sequence[Promise]:
    """Promises that wait for a person, oldest first."""
    spent = (
        select(Promise)
        .where(Promise.state == PromiseState.FAILED)
        .order_by(Promise.due_at)
        .limit(limit)
    )
    return session.scalars(spent).all()


def _is_due(at: datetime) -> Any:
    waiting = Promise.state == PromiseState.WAITING
    abandoned = (Promise.state == PromiseState.LEASED) & (Promise.leased_until < at)
    # What is leased was due before: said of both, it keeps the index from walking every alarm to
    # come.
    return and_(Promise.due_at <= at, or_(waiting, abandoned))


def _end(session: Session, lease: Lease, **values: Any) -> bool:
    held = update(Promise).where(Promise.id == lease.promise_id, Promise.fence == lease.fence)
    held = held.where(Promise.state == PromiseState.LEASED)
    found = session.scalars(held.values(**values).returning(Promise.id)).all()
    return bool(found)
