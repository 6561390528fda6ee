"""Consent: what a reporter agreed to, for whom, since when, and when they took it back."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.cases.status import ConsentKind
from helpdesk.core.database import ID_LENGTH, Base, Identified, choice_column


class Consent(Identified, Base):
    """One agreement. For a platform it says which: consent to one partner is none to another."""

    __tablename__ = "consents"

    case_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("cases.id", ondelete="CASCADE")
    )
    kind: Mapped[ConsentKind] = mapped_column(choice_column(ConsentKind))
    platform: Mapped[str | None] = mapped_column(String(40))
    given_at: Mapped[datetime]
    # Who wrote it down: the reporter's own hand, or a responder who was told over a safe channel.
    given_by: Mapped[str] = mapped_column(String(80))
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_consents_case_id", "case_id"),
        Index(
            "uq_consents_standing",
            "case_id",
            "kind",
            text("coalesce(platform, '')"),
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )
