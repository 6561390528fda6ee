"""Models of runs: editions, runs and step records, of playbooks at work on a case."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.cases.models import SealedCaseRecord
from helpdesk.core.database import ID_LENGTH, Base, enum_column
from helpdesk.core.sealing import Envelope
from helpdesk.playbooks.run_progress import RecordedStep


class StepRecordKind(StrEnum):
    """What a person did with a step. Blocked and not needed are calculated, never stored."""

    DONE = "done"
    SKIPPED = "skipped"


# How a run ends that goes on in a newer edition. No page has an end of this name.
MOVED = "moved-on"


class PlaybookEdition(Base):
    """An edition of a playbook, stored when a run first used it. Never changed."""

    __tablename__ = "playbook_editions"

    content_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    playbook: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(20))
    # Read only by a process that does not know the hash yet.
    content: Mapped[dict[str, Any]] = mapped_column(JSONB, deferred=True)


class Run(SealedCaseRecord, Base):
    """A run of a playbook on a case: it pins the edition, so an edit never moves the ground."""

    __tablename__ = "playbook_runs"

    content_hash: Mapped[str] = mapped_column(
        String(64), ForeignKey("playbook_editions.content_hash")
    )
    started_at: Mapped[datetime]
    started_by: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[str | None] = mapped_column(String(60))

    edition: Mapped[PlaybookEdition] = relationship(lazy="joined")
    records: Mapped[list["StepRecord"]] = relationship(
        lazy="selectin", order_by="StepRecord.at", cascade="all, delete-orphan"
    )

    __table_args__ = (
        Index(
            "uq_playbook_runs_running",
            "case_id",
            "content_hash",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class StepRecord(SealedCaseRecord, Base):
    """The record of a step of a run: done with an outcome, or skipped with a reason. One each: two
    tabs meet here.

    What is recorded about a step that came back takes the place of what was recorded before.
    """

    __tablename__ = "step_records"

    run_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("playbook_runs.id", ondelete="CASCADE")
    )
    step: Mapped[str] = mapped_column(String(80))
    recorded_as: Mapped[StepRecordKind] = mapped_column(enum_column(StepRecordKind))
    outcome: Mapped[str | None] = mapped_column(String(60))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    # The step is not over: it comes back then.
    back_at: Mapped[datetime | None]
    # A note with an outcome, or the reason for skipping.
    words: Mapped[Envelope | None]

    __table_args__ = (
        UniqueConstraint("run_id", "step"),
        # The board asks what has come back; most records never do.
        Index(
            "ix_step_records_back_at",
            "back_at",
            postgresql_where=text("back_at IS NOT NULL"),
        ),
    )

    def as_recorded(self, at: datetime) -> RecordedStep:
        """The record as it stands at this moment."""
        is_due = self.back_at is not None and self.back_at <= at
        return RecordedStep(self.outcome, back_at=self.back_at, is_due=is_due)
