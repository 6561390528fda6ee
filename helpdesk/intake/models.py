"""Visit: a reporter is in their mailbox. What it holds opens only with the browser's cookie."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.database import ID_LENGTH, Base
from helpdesk.core.sealing import Envelope, Place


class Visit(Base):
    """It ends after half an hour without a click. Times are to five minutes."""

    __tablename__ = "visits"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    case_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("cases.id", ondelete="CASCADE"), index=True
    )
    # The reporter's secret, sealed under a key that only the cookie holds.
    unlocked: Mapped[Envelope]
    begun_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)

    def place_of(self, field: str) -> Place:
        return Place("visits", field, self.case_id, self.id)
