"""Clock events: starts, pauses and stops. What is left is computed from them, never patched."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.database import ID_LENGTH, Base, RandomIdMixin, enum_column


class ClockAction(StrEnum):
    """What happened to a clock. Stopped: what was promised is done. Paused: it stands still, and
    what was used stays used."""

    STARTED = "started"
    STOPPED = "stopped"
    PAUSED = "paused"


class ClockEvent(RandomIdMixin, Base):
    """One event of a clock: it was started with a time to keep, stopped, or paused.

    `subject_id` is a case's or an escalation's.
    """

    __tablename__ = "clock_events"

    subject_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    clock: Mapped[str] = mapped_column(String(32))
    turn: Mapped[ClockAction] = mapped_column(enum_column(ClockAction))
    at: Mapped[datetime]
    # When it was written down, where that was later than when it was.
    noted_at: Mapped[datetime | None]
    # Seconds that the clock gives, on a start; what was used before is already taken off.
    seconds: Mapped[int | None]

    __table_args__ = (Index("ix_clock_events_subject_id_clock", "subject_id", "clock", "at"),)
