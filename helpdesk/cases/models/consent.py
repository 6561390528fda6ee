"""Consent: what a reporter agreed to, for whom, since when, and when they took it back."""

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    or_,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.cases.states import ConsentKind
from helpdesk.core.database import ID_LENGTH, Base, RandomIdMixin, enum_column

BY_HAND: Final = "person:"


class Agreement(NamedTuple):
    """What can be agreed to: a kind, for a platform which one, and which partner of it by name."""

    kind: ConsentKind
    platform: str | None = None
    partner_id: str | None = None


class Consent(RandomIdMixin, Base):
    """One thing that the reporter agreed to. For a platform it says which, or which partner of it
    by name: consent to one is none to another (`escalations/consent_coverage.py`)."""

    __tablename__ = "consents"

    case_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("cases.id", ondelete="CASCADE")
    )
    kind: Mapped[ConsentKind] = mapped_column(enum_column(ConsentKind))
    platform: Mapped[str | None] = mapped_column(String(40))
    # Of the platform's partners this one alone; none where it was given before any was named.
    partner_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    given_at: Mapped[datetime]
    # Who wrote it down: the reporter's own hand, or a responder who was told over a safe channel.
    given_by: Mapped[str] = mapped_column(String(80))
    withdrawn_at: Mapped[datetime | None]
    # Who of us wrote down that they take it back; nobody, where they did so themselves.
    withdrawn_by: Mapped[str | None] = mapped_column(String(80))
    # What a responder wrote down counts once the reporter or a second person has confirmed it.
    confirmed_by: Mapped[str | None] = mapped_column(String(80))
    confirmed_at: Mapped[datetime | None]

    __table_args__ = (
        # Its platform is the partner's; a consent that names a partner names its platform, too.
        ForeignKeyConstraint(["partner_id", "platform"], ["partners.id", "partners.platform"]),
        CheckConstraint(
            "partner_id IS NULL OR (kind = 'platform' AND platform IS NOT NULL)",
            name="partner_of_platform",
        ),
        Index("ix_consents_case_id", "case_id"),
        Index(
            "uq_consents_current",
            "case_id",
            "kind",
            text("coalesce(platform, '')"),
            text("coalesce(partner_id, '')"),
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    @property
    def agreement(self) -> Agreement:
        return Agreement(self.kind, self.platform, self.partner_id)

    @property
    def is_noted_by_staff(self) -> bool:
        """Whether one of us wrote it down, having been told."""
        return self.given_by.startswith(BY_HAND)

    @property
    def is_by_reporter(self) -> bool:
        """Whether it is the reporter's own word, given or confirmed in the mailbox."""
        return not self.is_noted_by_staff or not (self.confirmed_by or BY_HAND).startswith(BY_HAND)

    @property
    def is_disputable(self) -> bool:
        """Whether the reporter can say that they never agreed to it: it is no word of theirs."""
        return self.withdrawn_at is None and not self.is_by_reporter

    @hybrid_property
    def is_effective(self) -> bool:
        """Whether it may open a gate: not on one person's word alone that they were told."""
        return not self.is_noted_by_staff or self.confirmed_at is not None

    @is_effective.inplace.expression
    @classmethod
    def _counts(cls) -> ColumnElement[bool]:
        return or_(~cls.given_by.startswith(BY_HAND), cls.confirmed_at.is_not(None))
