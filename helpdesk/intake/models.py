"""Visit: a reporter is in their mailbox. IntakeLoad: how much has come through the public door."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.database import ID_LENGTH, Base
from helpdesk.core.sealing import Envelope, Place


class MailboxSession(Base):
    """What it holds opens only with the browser's cookie. It ends after half an hour without a
    click. Times are to five minutes."""

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


class IntakeLoad(Base):
    """What came in five minutes, counted by triggers in the database and read by all of us.

    It says nothing of who sent what. In parts, so that two who report at once need not wait.
    """

    __tablename__ = "intake_load"

    at: Mapped[datetime] = mapped_column(primary_key=True)
    in_slow_lane: Mapped[bool] = mapped_column(primary_key=True)
    part: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    reports: Mapped[int]
    bytes: Mapped[int] = mapped_column(BigInteger)
