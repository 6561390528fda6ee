"""Delivery: the carrying of one packet, under one id for ever. Attempt: one try at it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.database import ID_LENGTH, Base, RandomIdMixin, enum_column
from helpdesk.core.leased_tasks import LeasableRow
from helpdesk.escalations.models.escalation import Escalation
from helpdesk.escalations.states import DeliveryState


class Delivery(RandomIdMixin, LeasableRow, Base):
    """The delivery of one packet. Its id is the id the partner sees on every repeat."""

    __tablename__ = "deliveries"

    escalation_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("escalations.id", ondelete="CASCADE"), unique=True
    )
    # SHA-256 of the packet that was approved, and of the envelope it was sealed in for the partner:
    # the worker cannot open the envelope, but it can see that it is still the same.
    packet_hash: Mapped[str] = mapped_column(String(64))
    sealed_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[DeliveryState] = mapped_column(
        enum_column(DeliveryState), default=DeliveryState.PENDING
    )
    retry_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]

    escalation: Mapped[Escalation] = relationship(lazy="joined")
    attempts: Mapped[list["DeliveryAttempt"]] = relationship(
        order_by="DeliveryAttempt.number", lazy="selectin", cascade="all, delete-orphan"
    )

    __table_args__ = (Index("ix_deliveries_state", "state"),)

    @property
    def case_id(self) -> str:
        return self.escalation.case_id

    @property
    def open_attempt(self) -> "DeliveryAttempt | None":
        """The attempt of which nobody has said yet how it went."""
        return next((one for one in self.attempts if one.ended_at is None), None)

    @property
    def unsettled_attempts(self) -> Sequence["DeliveryAttempt"]:
        """The attempts by one of us who has not said yet whether they sent it, in their order: they
        have the text open, or a colleague took it over since."""
        untold = (None, DeliveryState.UNCERTAIN)
        return [one for one in self.attempts if one.by is not None and one.result in untold]

    @property
    def may_have_been_sent_before(self) -> bool:
        """Whether nobody can tell of an earlier attempt whether it succeeded."""
        return any(one.result is DeliveryState.UNCERTAIN for one in self.attempts)

    @property
    def may_have_arrived(self) -> bool:
        """Whether some attempt may have succeeded, whatever was heard of it."""
        return any(one.result is not DeliveryState.DEFERRED for one in self.attempts)


class DeliveryAttempt(RandomIdMixin, Base):
    """One attempt to deliver a packet: every repeat is visible."""

    __tablename__ = "delivery_attempts"

    delivery_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("deliveries.id", ondelete="CASCADE")
    )
    number: Mapped[int]
    began_at: Mapped[datetime]
    # Who carries it, where one of us does; none where the worker does.
    by: Mapped[str | None] = mapped_column(String(80))
    ended_at: Mapped[datetime | None]
    result: Mapped[DeliveryState | None] = mapped_column(enum_column(DeliveryState))
    # A kind of error, never its words.
    trouble: Mapped[str | None] = mapped_column(String(120))

    __table_args__ = (UniqueConstraint("delivery_id", "number"),)
