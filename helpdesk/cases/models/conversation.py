"""Conversations with the reporter outside the mailbox, which staff record."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.cases.models.case import SealedCaseRecord
from helpdesk.core.database import Base, enum_column
from helpdesk.core.sealing import Envelope


class ConversationChannel(StrEnum):
    """How we spoke with the reporter: by phone, on Signal, in person."""

    TELEPHONE = "telephone"
    SIGNAL = "signal"
    IN_PERSON = "in_person"
    OTHER_DESK = "other_desk"
    OTHER = "other"


class LoggedConversation(SealedCaseRecord, Base):
    """A recorded conversation with the reporter outside the mailbox; its summary is sealed for the
    case.

    One that did not reach the reporter counts as nothing, and is kept.
    """

    __tablename__ = "conversations"

    way: Mapped[ConversationChannel] = mapped_column(enum_column(ConversationChannel))
    spoke_at: Mapped[datetime]
    written_at: Mapped[datetime]
    author: Mapped[str] = mapped_column(String(80))
    reached: Mapped[bool]
    summary: Mapped[Envelope]
    # When the answer was due that it was taken for, so that it can be owed again.
    answered_due_at: Mapped[datetime | None]
    # When the reporter said that it was not them.
    objected_at: Mapped[datetime | None]
    # When we wrote to them after that.
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("spoke_at <= written_at", name="spoken_before_it_was_written"),
        Index(
            "ix_conversations_disputed",
            "case_id",
            postgresql_where=text("objected_at IS NOT NULL"),
        ),
    )
