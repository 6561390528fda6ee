"""Escalation: a request to a partner with its own life; the packet in it is what was approved."""

from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, Index, String, Text, and_, or_, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.cases.models import SealedCaseRecord
from helpdesk.core.database import ID_LENGTH, Base, enum_column
from helpdesk.core.errors import StalePage
from helpdesk.core.sealing import Envelope
from helpdesk.escalations.states import (
    IS_BY_NOW,
    JUDGED,
    MOVES,
    TO_CARRY,
    UNDER_WAY,
    Ask,
    EscalationState,
    Priority,
)
from helpdesk.partners.channel_terms import ChannelKind, OnwardDisclosure
from helpdesk.partners.models import Partner, PartnerChannel


class Escalation(SealedCaseRecord, Base):
    """An escalation: a request to a partner. `packet` opens with the case, `packet_for_partner`
    with the partner's key, `packet_for_reporter` with the return code; all hold the same bytes,
    whose hash is kept."""

    __tablename__ = "escalations"

    ref: Mapped[str] = mapped_column(String(20), unique=True)
    partner_id: Mapped[str] = mapped_column(String(ID_LENGTH), ForeignKey("partners.id"))
    state: Mapped[EscalationState] = mapped_column(
        enum_column(EscalationState), default=EscalationState.DRAFT
    )
    # Of which playbook it tells: what that found out and wrote down is all that it stands on. Empty
    # where the case had none, and for one from before this was kept.
    playbook: Mapped[str] = mapped_column(String(40), default="", server_default="")
    priority: Mapped[Priority] = mapped_column(enum_column(Priority))
    ask: Mapped[Ask] = mapped_column(enum_column(Ask))

    packet: Mapped[Envelope]
    packet_hash: Mapped[str] = mapped_column(String(64))
    packet_for_reporter: Mapped[Envelope | None]
    packet_for_partner: Mapped[Envelope | None]
    # What goes to them by encrypted email, the request and our last answer: nobody here opens it.
    openpgp_message: Mapped[str | None] = mapped_column(Text)
    openpgp_answer: Mapped[str | None] = mapped_column(Text)
    partner_key_id: Mapped[str | None] = mapped_column(String(ID_LENGTH), ForeignKey("keys.id"))

    # By which channel it goes, and who else hears of it there: as it was when it was written, for
    # that is what the reporter's preview says. None: no channel takes it.
    channel_id: Mapped[str | None] = mapped_column(
        String(ID_LENGTH), ForeignKey("partner_channels.id")
    )
    channel_kind: Mapped[ChannelKind] = mapped_column(
        enum_column(ChannelKind), default=ChannelKind.DESK, server_default=ChannelKind.DESK
    )
    onward_disclosure: Mapped[OnwardDisclosure] = mapped_column(
        enum_column(OnwardDisclosure),
        default=OnwardDisclosure.UNKNOWN,
        server_default=OnwardDisclosure.UNKNOWN,
    )

    # Who wrote the packet as it is now, and since when it is so.
    drafted_by: Mapped[str] = mapped_column(String(80))
    drafted_at: Mapped[datetime]
    approved_by: Mapped[str | None] = mapped_column(String(80))
    approved_at: Mapped[datetime | None]
    consent_id: Mapped[str | None] = mapped_column(String(ID_LENGTH), ForeignKey("consents.id"))
    # When the partner is asked to have answered; None while the move is ours.
    answer_due_at: Mapped[datetime | None]
    # What they were given at the beginning of this turn of theirs: the time above moves within it.
    turn_due_at: Mapped[datetime | None]

    # Since when they have not been told what is new on it: no letter could be sent.
    untold_since: Mapped[datetime | None]
    # Ownership of another account is confirmed by now: a worker cannot read of which.
    is_about_another_account: Mapped[bool] = mapped_column(
        default=False, server_default=text("false")
    )

    # A coordinator's reason to send without a number of the platform's public form.
    waived_by: Mapped[str | None] = mapped_column(String(80))
    waived_at: Mapped[datetime | None]
    waiver: Mapped[Envelope | None]

    # Why a colleague sent the draft back, until it says something else.
    sent_back_reason: Mapped[Envelope | None]
    sent_back_by: Mapped[str | None] = mapped_column(String(80))
    sent_back_at: Mapped[datetime | None]

    # What was sent at once, without a second person, is read by one within the hour.
    second_reader: Mapped[str | None] = mapped_column(String(80))
    second_read_at: Mapped[datetime | None]
    second_read_due_at: Mapped[datetime | None]

    # Our answer to what they asked, while it waits for a second person; `reply_at` stays when it
    # has left, so that each wording of ours has a name of its own.
    reply: Mapped[Envelope | None]
    reply_by: Mapped[str | None] = mapped_column(String(80))
    reply_at: Mapped[datetime | None]

    # The number that they gave it in a system of their own.
    ticket: Mapped[Envelope | None]
    ticket_for_partner: Mapped[Envelope | None]

    partner: Mapped[Partner] = relationship(lazy="joined")

    __table_args__ = (
        Index("ix_escalations_partner_id", "partner_id", "answer_due_at"),
        Index(
            "ix_escalations_answer_due_at",
            "answer_due_at",
            postgresql_where=text("answer_due_at IS NOT NULL"),
        ),
        Index(
            "uq_escalations_unfinished",
            "case_id",
            "partner_id",
            "ask",
            "playbook",
            unique=True,
            postgresql_where=text("state NOT IN ('closed', 'withdrawn')"),
        ),
    )

    @property
    def has_answer_to_approve(self) -> bool:
        """Whether an answer of ours to what they asked waits for a second person."""
        return self.state is EscalationState.NEED_INFORMATION and self.reply is not None

    @property
    def is_sent_back(self) -> bool:
        """Whether a colleague sent this draft back, and nobody has saved it since."""
        return self.state is EscalationState.DRAFT and self.sent_back_at is not None

    def send_back(self, reason: Envelope, *, by: str, at: datetime) -> None:
        """Send it back to whoever wrote it, with a reason."""
        self.sent_back_reason, self.sent_back_by, self.sent_back_at = reason, by, at

    def forget_sending_back(self) -> None:
        """It was saved again: a second person may look at it as for the first time."""
        self.sent_back_reason = self.sent_back_by = self.sent_back_at = None

    @property
    def is_unread(self) -> bool:
        """Whether it went, or is to go, on one person's word, and no second person has read it."""
        return self.second_read_due_at is not None and self.second_read_at is None

    @property
    def wording_to_approve(self) -> str:
        """Which words of ours a second person is called for: the packet's, or the last answer's."""
        if self.reply_at is None:
            return self.packet_hash
        return f"{self.packet_hash}-{self.reply_at:%Y%m%dT%H%M%S%f}"

    @property
    def is_partner_available(self) -> bool:
        """Whether its partner may be asked for this now: vetted, not retired, and takes it."""
        return self.partner.is_vetted and self.partner.accepts(self.ask)

    @property
    def is_held_up(self) -> bool:
        """Whether it has arrived, and its partner is in doubt: they can neither open nor answer
        it."""
        return self.state in UNDER_WAY and not self.partner.is_vetted

    @property
    def is_by_form(self) -> bool:
        """Whether one of us fills in a form of theirs with it, and enters what they answer."""
        return self.channel_kind is ChannelKind.FORM

    @property
    def is_by_openpgp(self) -> bool:
        """Whether it goes by email that is encrypted to their key."""
        return self.channel_kind is ChannelKind.OPENPGP

    @property
    def is_by_link(self) -> bool:
        """Whether they open it with a link and a code, without an account."""
        return self.channel_kind is ChannelKind.LINK

    @property
    def is_at_desk(self) -> bool:
        """Whether it goes to the partner desk, where their people have accounts."""
        return self.channel_kind is ChannelKind.DESK

    @property
    def is_answered_to_us(self) -> bool:
        """Whether they answer one of us, who enters it here: they have no desk."""
        return self.is_by_form or self.is_by_openpgp

    @property
    def is_to_be_filled_in(self) -> bool:
        """Whether it was approved, and one of us has to send it by a form of theirs."""
        return self.is_by_form and self.state in TO_CARRY

    @property
    def is_answer_to_pass_on(self) -> bool:
        """Whether our answer to their question is written, and one of us has to send it by a form
        of theirs: until somebody has, the move is ours."""
        return (
            self.is_by_form
            and self.state is EscalationState.IN_REVIEW
            and self.answer_due_at is None
            and self.untold_since is not None
            and not self.is_held_up
        )

    @property
    def wants_first_sign(self) -> bool:
        """Whether the partner has not moved yet: its time runs to a first sign. Afterwards it runs
        to the decision."""
        return self.state is EscalationState.WITH_PARTNER

    @property
    def needs_link(self) -> bool:
        """Whether it was approved, and one of us has to make the link that opens it, or to give
        them its code: the link isn't sent before."""
        return self.is_by_link and self.state is EscalationState.APPROVED

    def go_by(self, channel: PartnerChannel | None) -> None:
        """It goes by this channel, as that is now; by none, if none takes it."""
        self.channel_id = channel.id if channel is not None else None
        self.channel_kind = channel.kind if channel is not None else ChannelKind.DESK
        self.onward_disclosure = (
            channel.onward_disclosure if channel is not None else OnwardDisclosure.UNKNOWN
        )

    def move_to(self, state: EscalationState) -> None:
        """Take a step that the table of moves knows, or say how it is by now: it was done already,
        or somebody was faster, and to send the same again helps nobody."""
        if state not in MOVES[self.state]:
            raise StalePage(IS_BY_NOW[self.state])
        self.state = state

    def wait_to_be_filled_in_again(self) -> None:
        """Nobody sent it by their form, and nobody has it open: one of us has to, as at first."""
        if self.is_by_form and self.state is EscalationState.DISPATCHING:
            self.state = EscalationState.APPROVED

    def wait_for_link_again(self) -> None:
        """No link can be sent: one of us has to make one, as at first."""
        if self.is_by_link and self.state is EscalationState.DISPATCHING:
            self.state = EscalationState.APPROVED

    def forget_verdict(self) -> None:
        """What was judged waits for the reporter's word again."""
        if self.state in JUDGED:
            self.state = EscalationState.DECIDED


# Whether one of us has to send it by a form of theirs, or to make a link, as a database is asked.
IS_OURS_TO_SEND: Final = or_(
    and_(Escalation.channel_kind == ChannelKind.FORM, Escalation.state.in_(TO_CARRY)),
    and_(
        Escalation.channel_kind == ChannelKind.LINK,
        Escalation.state == EscalationState.APPROVED,
    ),
)
# The same of an answer of ours: `is_answer_to_pass_on`, but for partners in doubt.
IS_ANSWER_TO_PASS_ON: Final = and_(
    Escalation.channel_kind == ChannelKind.FORM,
    Escalation.state == EscalationState.IN_REVIEW,
    Escalation.answer_due_at.is_(None),
    Escalation.untold_since.is_not(None),
)
