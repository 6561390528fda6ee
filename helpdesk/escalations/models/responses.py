"""Responses to a request: questions and our answers, the partner's decision, the reporter's
verdict."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.cases.models import SealedCaseRecord
from helpdesk.core.database import ID_LENGTH, Base, RandomIdMixin, enum_column
from helpdesk.core.sealing import Envelope
from helpdesk.escalations.states import PartnerAction, Reason, Verdict


class PartnerMessage(SealedCaseRecord, Base):
    """A question from the partner or an answer from us, sealed for the case and for the partner."""

    __tablename__ = "exchanges"

    escalation_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("escalations.id", ondelete="CASCADE")
    )
    is_from_partner: Mapped[bool]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    body: Mapped[Envelope]
    # None where the partner has no key: one of us carries it to a form of theirs.
    for_partner: Mapped[Envelope | None]

    __table_args__ = (Index("ix_exchanges_escalation_id", "escalation_id", "at"),)


class PartnerDecision(SealedCaseRecord, Base):
    """A partner's decision: what they did, and why. A later one replaces none: they are all
    kept."""

    __tablename__ = "decisions"

    escalation_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("escalations.id", ondelete="CASCADE"), index=True
    )
    action: Mapped[PartnerAction] = mapped_column(enum_column(PartnerAction))
    reason: Mapped[Reason] = mapped_column(enum_column(Reason))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    note: Mapped[Envelope | None]
    note_for_partner: Mapped[Envelope | None]
    # What they had done before the request was withdrawn, told us after it: nothing hangs on it.
    is_after_withdrawal: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class RecordedVerdict(RandomIdMixin, Base):
    """A verdict, whether it is really fixed: the reporter's word on a decision, or what one of us
    recorded that they said. That the reporter can object to: then it counts for nothing, and is
    kept."""

    __tablename__ = "verifications"

    escalation_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("escalations.id", ondelete="CASCADE")
    )
    case_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("cases.id", ondelete="CASCADE")
    )
    decision_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("decisions.id", ondelete="CASCADE")
    )
    verdict: Mapped[Verdict] = mapped_column(enum_column(Verdict))
    at: Mapped[datetime]
    # Who wrote it down; nobody knows of some that are older than this column.
    by: Mapped[str | None] = mapped_column(String(80))
    # When the reporter said that they never told us so.
    objected_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_verifications_current",
            "decision_id",
            unique=True,
            postgresql_where=text("objected_at IS NULL"),
        ),
    )

    @property
    def is_by_reporter(self) -> bool:
        """Whether it is the reporter's own word, given in the mailbox."""
        return (self.by or "").startswith("reporter:")
