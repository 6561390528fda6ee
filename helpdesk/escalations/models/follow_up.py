"""Follow-up: one step about a partner's silence, made or stopped; there is at most one of each.
And the calls that one of us made."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.cases.models import SealedCaseRecord
from helpdesk.core.database import ID_LENGTH, Base, enum_column
from helpdesk.core.sealing import Envelope
from helpdesk.escalations.states import CallResult, FollowUp


class RequestFollowUp(SealedCaseRecord, Base):
    """A follow-up on a request that is made, or that one of us stopped.

    `turn_due_at` is the time that the partner was given in this turn: in another, follow-ups begin
    again. Its row is the promise that no step is made twice, by whatever ticker.
    """

    __tablename__ = "request_follow_ups"

    escalation_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("escalations.id", ondelete="CASCADE")
    )
    turn_due_at: Mapped[datetime]
    step: Mapped[FollowUp] = mapped_column(enum_column(FollowUp))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    is_stopped: Mapped[bool]
    # Why one of us hurried or stopped it; the ticker has no reason but the time.
    reason: Mapped[Envelope | None]

    __table_args__ = (UniqueConstraint("escalation_id", "turn_due_at", "step"),)


class PartnerCall(SealedCaseRecord, Base):
    """A call that one of us made to a silent partner, in the turn of `turn_due_at`: whether anyone
    was reached, and what they said."""

    __tablename__ = "partner_calls"

    escalation_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("escalations.id", ondelete="CASCADE"), index=True
    )
    turn_due_at: Mapped[datetime]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    result: Mapped[CallResult] = mapped_column(enum_column(CallResult))
    note: Mapped[Envelope | None]
