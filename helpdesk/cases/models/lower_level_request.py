"""A request to lower a case's level, which a second person grants or refuses."""

from datetime import datetime

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.cases.levels import Level
from helpdesk.cases.models.case import LevelColumn, SealedCaseRecord
from helpdesk.core.database import Base
from helpdesk.core.sealing import Envelope


class LowerLevelRequest(SealedCaseRecord, Base):
    """A request to lower a case's level. Only one can be undecided at a time for a case."""

    __tablename__ = "level_requests"

    level: Mapped[Level] = mapped_column(LevelColumn)
    reason: Mapped[Envelope]
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None]
    granted: Mapped[bool | None]

    __table_args__ = (
        Index(
            "uq_level_requests_undecided",
            "case_id",
            unique=True,
            postgresql_where=text("decided_at IS NULL"),
        ),
    )
