"""The outbox: promised jobs as rows, each with a state, a lease and a fencing number.

This table is the ledger. The queue outside is told "look now" and may forget it.

Promises are taken fairly, from each database role by turns, so that no process that promises very
much keeps another's alarms from being sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
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

from helpdesk.core.database import Base, Identified, enum_column
from helpdesk.core.jobs import Queue
from helpdesk.core.leased import Leased

LEASE = timedelta(minutes=5)
# Who promises: the database writes the role of the process beside each promise.
PROMISERS: Final = (
    "helpdesk_app",
    "helpdesk_intake",
    "helpdesk_partner",
    "helpdesk_worker",
    "helpdesk_ticker",
    "helpdesk_owner",
)


class PromiseState(StrEnum):
    """Where a promise is. A failed promise waits for a person, and the duty board shows it."""

    WAITING = "waiting"
    LEASED = "leased"
    KEPT = "kept"
    FAILED = "failed"
    # Due when a backup was restored, and left out on purpose.
    SKIPPED = "skipped"


class Promise(Identified, Leased, Base):
    """A job we have promised to run. Its arguments are ids."""

    __tablename__ = "outbox"

    job: Mapped[str] = mapped_column(String(64))
    queue: Mapped[Queue] = mapped_column(enum_column(Queue))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[PromiseState] = mapped_column(
        enum_column(PromiseState), default=PromiseState.WAITING
    )
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str | None] = mapped_column(String(120))
    ended_at: Mapped[datetime | None]
    # Its place in line. The database writes these, whatever the one who promises says.
    promised_by: Mapped[str] = mapped_column(String(32), server_default=FetchedValue())
    promised_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    about: Mapped[str] = mapped_column(String(32), server_default=FetchedValue())
    # 0 for the first eight about one thing that wait, 1 for the next eight, and so on.
    turn: Mapped[int] = mapped_column(server_default=FetchedValue())

    # Nothing is read back when a row is written: who promises at a door may not see it.
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
    )


@dataclass(frozen=True)
class Lease:
    """The right to run one promise until the lease ends or the fence moves on."""

    promise_id: str
    job: str
    arguments: dict[str, Any]
    attempt: int
    fence: int


def lease_due(
    session: Session, *, queue: str, at: datetime, limit: int, first: int = 0, taken: int = 0
) -> list[Lease]:
    """Take up to `limit` due promises of a queue, those whose worker died included.

    With which role the caller began and how many it took before say whose turn it is: see
    `_next_in_line`.
    """
    leases = []
    for number in range(taken, taken + limit):
        rounds, turn = divmod(number, len(PROMISERS))
        promise = _next_in_line(session, queue, at, turn=first + turn, newest=rounds % 2 == 1)
        if promise is None:
            break
        promise.state = PromiseState.LEASED
        promise.attempts += 1
        promise.lease(at=at, during=LEASE)
        session.flush()
        leases.append(
            Lease(promise.id, promise.job, promise.arguments, promise.attempts, promise.fence)
        )
    return leases


def _next_in_line(
    session: Session, queue: str, at: datetime, *, turn: int, newest: bool
) -> Promise | None:
    """One promise of the role whose turn it is, or of the next that has one that is due.

    Of one role's, first those about things of which few wait; among them the longest promised, and
    every second round the newest: what lay there before very many came is not behind them, nor is
    what comes after. When a promise is due says whether it is taken, never which one.
    """
    order = Promise.promised_at.desc() if newest else Promise.promised_at.asc()
    turn %= len(PROMISERS)
    for promiser in _with_due(session, queue, at, (*PROMISERS[turn:], *PROMISERS[:turn])):
        line = select(Promise).where(
            Promise.queue == queue, Promise.promised_by == promiser, _is_due(at)
        )
        held = line.order_by(Promise.turn, order, Promise.id).limit(1)
        if (found := session.scalar(held.with_for_update(skip_locked=True))) is not None:
            return found
    return None


def _with_due(
    session: Session, queue: str, at: datetime, promisers: Sequence[str]
) -> Sequence[str]:
    """Those of them who have something that is due, in their order."""
    lines = values(column("role", String), column("number", Integer), name="lines")
    one = lines.data([(role, number) for number, role in enumerate(promisers)])
    due = select(Promise.id).where(
        Promise.queue == queue, Promise.promised_by == one.c.role, _is_due(at)
    )
    found = select(one.c.role).where(due.exists()).order_by(one.c.number)
    return session.scalars(found).all()


def mark_done(session: Session, lease: Lease, *, at: datetime) -> bool:
    """Note that the promise was kept; False if somebody else holds it by now."""
    return _end(session, lease, state=PromiseState.KEPT, ended_at=at, trouble=None)


def reschedule(session: Session, lease: Lease, *, until: datetime, trouble: str) -> bool:
    """Let it run again later. `trouble` is a kind of error, never its words."""
    return _end(session, lease, state=PromiseState.WAITING, due_at=until, trouble=trouble[:120])


def mark_failed(session: Session, lease: Lease, *, at: datetime, trouble: str) -> bool:
    """Stop trying: from now on it waits for a person."""
    return _end(session, lease, state=PromiseState.FAILED, ended_at=at, trouble=trouble[:120])


def all_due(session: Session, *, at: datetime) -> Sequence[Promise]:
    """Every promise that would be performed now, oldest first; each is held until the commit."""
    due = select(Promise).where(_is_due(at)).order_by(Promise.due_at, Promise.id)
    return session.scalars(due.with_for_update()).all()


def cancel(promise: Promise, *, at: datetime) -> None:
    """It is not performed. Whoever had leased it has lost it."""
    promise.state = PromiseState.SKIPPED
    promise.revoke_lease()
    promise.ended_at, promise.trouble = at, "restored"


def queues_with_due_work(session: Session, *, at: datetime) -> list[Queue]:
    """The queues that have something to do: of those that there are, whatever rows say."""
    due = [exists().where(Promise.queue == queue, _is_due(at)) for queue in Queue]
    found = session.execute(select(*due)).one()
    return [queue for queue, has_work in zip(Queue, found, strict=True) if has_work]


def failed(session: Session, limit: int = 50) -> Sequence[Promise]:
    """Promises that wait for a person: of each role's the oldest, so that none hides another's."""
    place = func.row_number().over(
        partition_by=Promise.promised_by, order_by=(Promise.turn, Promise.promised_at, Promise.id)
    )
    spent = select(Promise.id, place.label("place")).where(Promise.state == PromiseState.FAILED)
    first = spent.subquery()
    found = select(Promise).join(first, Promise.id == first.c.id)
    return session.scalars(found.order_by(first.c.place, Promise.due_at).limit(limit)).all()


def _is_due(at: datetime) -> Any:
    waiting = Promise.state == PromiseState.WAITING
    abandoned = (Promise.state == PromiseState.LEASED) & Promise.lease_is_over(at)
    # What is leased was due before: said of both, it keeps the index from walking every alarm to
    # come.
    return and_(Promise.due_at <= at, or_(waiting, abandoned))


def _end(session: Session, lease: Lease, **changes: Any) -> bool:
    promise = session.get(Promise, lease.promise_id, with_for_update=True, populate_existing=True)
    if promise is None or not promise.is_held_with_fence(lease.fence):
        return False
    for name, value in changes.items():
        setattr(promise, name, value)
    promise.end_lease()
    return True
