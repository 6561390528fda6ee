"""The hold on sending: whether this database may send, and which one it was when it last did.

A backup that is restored still holds every alarm, letter and request that was due. So the row says
where it lies: in another cluster, database or table, or on another timeline (of a standby that took
over, of a recovery to a moment), the house is held, until an operator releases it. A copy of the
whole cluster lies in the same place; it is known by its ticks, of which the ticker keeps the last
beside the database. Where nothing is kept of a house that has slept for a while, it may be a copy
that was put up elsewhere: it is held as well.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Interval,
    String,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.core.database import Base, enum_column, new_id
from helpdesk.core.work import Work

ROW: Final = "sending"
# Who has ticked so lately is the house that is at work, whatever is kept beside it.
AWAKE: Final = timedelta(minutes=5)  # the function `is_sending` says the same


class HoldReason(StrEnum):
    """Why sending is on hold."""

    MOVED = "moved"
    OLDER = "older"
    SAID = "said"


class SendingStateRow(Base):
    """The one row that says whether this helpdesk sends: made by the migration, empty until a
    tick."""

    __tablename__ = "sending"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    # Which house it is; a backup has the same.
    house: Mapped[str] = mapped_column(String(32), default="")
    # What `this_database()` said when it was let send; a backup does not lie there.
    database: Mapped[str] = mapped_column(String(80), default="")
    ticks: Mapped[int] = mapped_column(BigInteger, default=0)
    # Since the first tick or the last release.
    awake_since: Mapped[datetime | None]
    # The last tick: in a restored database, the moment of the backup.
    ticked_at: Mapped[datetime | None]
    held_since: Mapped[datetime | None]
    held_because: Mapped[HoldReason | None] = mapped_column(enum_column(HoldReason))

    __table_args__ = (CheckConstraint(f"name = '{ROW}'", name="only_one"),)


@dataclass(frozen=True)
class SavedTickProgress:
    """How far the ticks had come, as it is saved beside the database."""

    house: str
    awake_since: datetime
    ticks: int


class TickProgressStore(Protocol):
    """Where a process saves the progress of ticks. It is no part of the database, nor of its
    backup."""

    def read(self) -> SavedTickProgress | None: ...

    def write(self, kept: SavedTickProgress) -> None: ...


@dataclass(frozen=True)
class SendHold:
    """A hold on sending: why, since when it is known, and of which moment the database is."""

    because: HoldReason
    since: datetime | None
    as_of: datetime | None


def reason_for_hold(
    session: Session, progress_store: TickProgressStore | None = None
) -> SendHold | None:
    """Why sending is on hold; None if it is not."""
    row = session.execute(
        select(
            SendingStateRow.house,
            SendingStateRow.database,
            SendingStateRow.ticks,
            SendingStateRow.awake_since,
            SendingStateRow.ticked_at,
            SendingStateRow.held_since,
            SendingStateRow.held_because,
            func.this_database().label("here"),
            (SendingStateRow.ticked_at < func.now() - AWAKE).label("has_slept"),
        )
    ).one()
    if row.held_since is not None:
        return SendHold(row.held_because, row.held_since, row.ticked_at)
    if row.database and row.database != row.here:
        return SendHold(HoldReason.MOVED, None, row.ticked_at)
    if progress_store is None or not row.house:
        return None
    kept = progress_store.read()
    if kept is None or kept.house != row.house:
        return SendHold(HoldReason.MOVED, None, row.ticked_at) if row.has_slept else None
    is_older = (row.awake_since, row.ticks) < (kept.awake_since, kept.ticks)
    return SendHold(HoldReason.OLDER, None, row.ticked_at) if is_older else None


def is_sending(session: Session) -> bool:
    """Whether alerts are being sent: there is no hold, and the ticker lives. For the public pages,
    which may read no more of it."""
    return bool(session.scalar(select(func.is_sending())))


def record_tick_or_hold_sending(
    work: Work, progress_store: TickProgressStore | None
) -> SavedTickProgress | None:
    """Record a tick, or put sending on hold, and why. What to keep beside the database, once this
    is committed; None if nothing may be sent. No rule: the ticker looks for itself."""
    lock_send_hold(work)  # an operator who releases it at this moment waits, and is not overruled
    held = reason_for_hold(work.session, progress_store)
    if held is not None:
        if held.since is None:
            hold_sending(work, held.because)
        return None
    begins = func.coalesce(func.nullif(SendingStateRow.house, ""), new_id())
    noted = (
        update(SendingStateRow)
        .values(
            house=begins,
            database=func.this_database(),
            ticks=SendingStateRow.ticks + 1,
            awake_since=func.coalesce(SendingStateRow.awake_since, work.at),
            ticked_at=work.at,
        )
        .returning(SendingStateRow.house, SendingStateRow.awake_since, SendingStateRow.ticks)
    )
    house, awake_since, ticks = work.session.execute(noted).one()
    assert awake_since is not None  # noqa: S101 - it was just set
    return SavedTickProgress(house, awake_since, ticks)


def tick_progress_if_sending(
    session: Session, progress_store: TickProgressStore | None = None
) -> SavedTickProgress | None:
    """The progress of ticks, for a ticker that stands by; None if sending is on hold, also because
    the store knows that it had come further."""
    if reason_for_hold(session, progress_store) is not None:
        return None
    row = session.execute(
        select(SendingStateRow.house, SendingStateRow.awake_since, SendingStateRow.ticks)
    ).one()
    if row.awake_since is None:
        return None
    return SavedTickProgress(row.house, row.awake_since, row.ticks)


def lock_send_hold(work: Work) -> None:
    """Lock the row that says whether anything is sent, for the rest of this piece of work."""
    work.session.execute(select(SendingStateRow.name).with_for_update())


def hold_sending(work: Work, because: HoldReason) -> None:
    """Put sending on hold. No rule: the ticker notices, or an operator says so."""
    held = update(SendingStateRow).where(SendingStateRow.held_since.is_(None))
    work.session.execute(held.values(held_since=work.at, held_because=because))
    work.record_about("sending.held", ROW, ROW, because=because)


def release_sending(work: Work) -> None:
    """End the hold: this database is the one that sends. No rule: `duty.releasing` asks for it.

    Whatever was kept of it beside the database is older than this.
    """
    a_moment = literal(timedelta(seconds=1), Interval)
    later = func.greatest(SendingStateRow.awake_since + a_moment, work.at)
    work.session.execute(
        update(SendingStateRow).values(
            house=func.coalesce(func.nullif(SendingStateRow.house, ""), new_id()),
            database=func.this_database(),
            awake_since=later,
            # Not slept, whenever a ticker starts that finds nothing kept of it.
            ticked_at=None,
            held_since=None,
            held_because=None,
        )
    )
