"""A request to close an urgent case as no report, which a second person decides."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.cases.models.case import Case
from helpdesk.core.database import ID_LENGTH, Base, RandomIdMixin


class UrgentClosingRequest(RandomIdMixin, Base):
    """A request to close an urgent case as no report. Only one can be undecided at a time for a
    case."""

    __tablename__ = "closing_requests"

    case_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("cases.id", ondelete="CASCADE")
    )
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None]
    granted: Mapped[bool | None]

    case: Mapped[Case] = relationship(Case)

    __table_args__ = (
        Index(
            "uq_closing_requests_undecided",
            "case_id",
            unique=True,
            postgresql_where=text("decided_at IS NULL"),
        ),
    )
