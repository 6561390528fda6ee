"""Messages between reporter and helpdesk, and internal notes."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.cases.models.case import SealedCaseRecord
from helpdesk.core.database import Base
from helpdesk.core.sealing import Envelope


class Message(SealedCaseRecord, Base):
    """A message to or from the reporter. What we write is sealed for the reporter too; what they
    write is not.

    `answers` are those to questions of the mailbox, which `body` says in words.
    """

    __tablename__ = "messages"

    is_from_reporter: Mapped[bool]
    author: Mapped[str] = mapped_column(String(80))
    sent_at: Mapped[datetime]
    body: Mapped[Envelope]
    for_reporter: Mapped[Envelope | None]
    answers: Mapped[Envelope | None]

    __table_args__ = (
        CheckConstraint("answers IS NULL OR is_from_reporter", name="answers_are_theirs"),
        Index("ix_messages_case_id_sent_at", "case_id", "sent_at"),
    )


class Note(SealedCaseRecord, Base):
    """An internal note about a case, for colleagues."""

    __tablename__ = "notes"

    author: Mapped[str] = mapped_column(String(80))
    written_at: Mapped[datetime]
    body: Mapped[Envelope]
