"""The ticker's lease: one row that says who ticks, until when, and under which fencing number.

The database's clock decides, and every new holder has a higher number: a ticker that was stopped
or cut off loses the lease by time alone, and what it writes late is refused.
Source: Kleppmann, "How to do distributed locking", 2016 (fencing tokens).
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import CheckConstraint, Integer, String, cast, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.core.database import Base

TICKER: Final = "ticker"
# A holder that does not renew for this long has lost it; another comes within STANDBY more.
LEASE: Final = timedelta(seconds=20)
STANDBY: Final = 5.0


class LeaseLost(Exception):
    """Raised if another process holds the lease by now: nothing of ours may be written any more."""


class TickerLease(Base):
    """The one row that says which ticker holds the lease. It is made by the migration."""

    __tablename__ = "ticker_lease"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    holder: Mapped[str] = mapped_column(String(32), default="")
    fence: Mapped[int] = mapped_column(default=0)
    until: Mapped[datetime]
    # When history was last chained to its end: what is older than this and unchained was hidden.
    chained_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint(f"name = '{TICKER}'", name="only_one"),)


def acquire_lease(session: Session, holder: str) -> int | None:
    """Acquire or renew the ticker's lease: its fencing number, or None while another holds it."""
    is_ours = TickerLease.holder == holder
    # One that ends later than any was taken for is of a clock that was wrong. By the clock as it is
    # then: `now()` is when we began, and the holder may have renewed while we waited for the row.
    is_free = or_(
        TickerLease.until < func.now(), TickerLease.until > func.clock_timestamp() + LEASE
    )
    taken = (
        update(TickerLease)
        .where(TickerLease.name == TICKER, or_(is_ours, is_free))
        .values(
            holder=holder,
            until=func.now() + LEASE,
            # Of one holder it stays the same: its threads go on with it.
            fence=TickerLease.fence + cast(~is_ours, Integer),
        )
        .returning(TickerLease.fence)
    )
    return session.scalar(taken)


def is_lease_held(session: Session, fence: int) -> bool:
    """Whether this ticker still holds its lease. It holds nothing: what is asked beside a tick that
    is slow must not keep its parts waiting."""
    held = select(TickerLease.fence).where(TickerLease.name == TICKER, TickerLease.fence == fence)
    return session.scalar(held) is not None


def renew_lease(session: Session, fence: int) -> None:
    """Renew the lease for this transaction, and for LEASE from now on, or raise LeaseLost.

    Whoever wants to take it waits for the transaction, so that nothing is written in between.
    Where its time is over and nobody took it, it is ours still: on a slow machine each tick would
    break off otherwise, and none come to its end.
    """
    renewed = (
        update(TickerLease)
        .where(TickerLease.name == TICKER, TickerLease.fence == fence)
        .values(until=func.clock_timestamp() + LEASE)
        .returning(TickerLease.fence)
    )
    if session.scalar(renewed) is None:
        raise LeaseLost


def record_chained_at(session: Session, *, at: datetime) -> None:
    """Record when history was chained to its end."""
    session.execute(update(TickerLease).values(chained_at=at))


def last_chained_at(session: Session) -> datetime | None:
    """When history was last chained to its end."""
    return session.scalar(select(TickerLease.chained_at))
