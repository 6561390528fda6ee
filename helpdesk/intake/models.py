"""Models of intake: mailbox sessions, email reminders, and counts of what came in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.database import ID_LENGTH, Base, enum_column
from helpdesk.core.sealing import Envelope, EnvelopePlace


class MailboxSession(Base):
    """A reporter's session in their mailbox: what it holds opens only with the browser's cookie. It
    ends after half an hour without a click. Times are to five minutes."""

    __tablename__ = "visits"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    case_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("cases.id", ondelete="CASCADE"), index=True
    )
    # The reporter's secret, sealed under a key that only the cookie holds.
    unlocked: Mapped[Envelope]
    begun_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)

    def envelope_place_of(self, field: str) -> EnvelopePlace:
        return EnvelopePlace("visits", field, self.case_id, self.id)


class FiveMinuteIntakeCount(Base):
    """A count of what came in within five minutes, made by triggers in the database and read by all
    of us.

    It says nothing of who sent what. In parts, so that two who report at once need not wait.
    """

    __tablename__ = "intake_load"

    at: Mapped[datetime] = mapped_column(primary_key=True)
    in_slow_lane: Mapped[bool] = mapped_column(primary_key=True)
    part: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    reports: Mapped[int]
    bytes: Mapped[int] = mapped_column(BigInteger)


class ReminderState(StrEnum):
    """The states of a reporter's email reminders."""

    OFF = "off"
    # The address waits for the code of its test email.
    UNCONFIRMED = "unconfirmed"
    # Nothing was sent since they last looked into their mailbox.
    READY = "ready"
    SENDING = "sending"
    # One was sent, and they have not looked since: no other follows.
    TOLD = "told"
    FAILING = "failing"

    @property
    def is_on(self) -> bool:
        """Whether somebody is told at a confirmed address."""
        return self not in (ReminderState.OFF, ReminderState.UNCONFIRMED)


class EmailReminder(Base):
    """A reporter's email reminder: where and how to tell them that something waits in their
    mailbox.

    The public pages have functions of the database for it and no right to the table (migration
    0051); staff's pages may read the state and when one was last sent.
    """

    __tablename__ = "email_reminders"

    case_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True
    )
    state: Mapped[ReminderState] = mapped_column(enum_column(ReminderState))
    # Sealed to the worker that sends there, and gone with the state OFF.
    address: Mapped[Envelope | None]
    # Another one whenever an address is given.
    ask_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    # What the email is called and from whom it seems to be: codes of `intake/reminder_emails.py`.
    subject: Mapped[str] = mapped_column(String(16))
    sender: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(2))
    names_site: Mapped[bool]
    # How many addresses were given since then: so many test emails a day, and no more.
    asks: Mapped[int] = mapped_column(SmallInteger)
    asked_since: Mapped[datetime]
    code_tag: Mapped[bytes | None] = mapped_column(LargeBinary)
    tries: Mapped[int] = mapped_column(SmallInteger)
    # How many codes everybody had typed when this one was asked for: no rollback takes back one.
    guesses_before: Mapped[int] = mapped_column(BigInteger, server_default="0")
    code_sent_at: Mapped[datetime | None]
    # A hash of what the link in each email holds.
    stop_tag: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    sending_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]

    def envelope_place_of(self, field: str) -> EnvelopePlace:
        return reminder_envelope_place(self.case_id, field)


def reminder_envelope_place(case_id: str, field: str) -> EnvelopePlace:
    """The envelope's place of a reminder, for who writes such a row through a function."""
    return EnvelopePlace("email_reminders", field, case_id, case_id)


class PausedTestEmailAddress(Base):
    """An address (as a keyed hash) to which no test email is sent for a while, whoever asks.

    Times are to the hour, so that they do not lead to the case whose reporter asked.
    """

    __tablename__ = "paused_addresses"

    tag: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    sent_at: Mapped[datetime]
    until: Mapped[datetime]


class StopLinkOfTestEmail(Base):
    """What the stop link in a test email leads to, once the case that asked for it is gone: the
    address to be paused. No case stands here, nor a hash that stands beside one."""

    __tablename__ = "sent_test_emails"

    stop_tag: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    tag: Mapped[bytes] = mapped_column(LargeBinary)
    sent_at: Mapped[datetime]
