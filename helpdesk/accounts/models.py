"""Models of accounts: person, team, membership, and the sign-in session that holds an unlocked
key."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.actors import Actor, Role
from helpdesk.core.database import ID_LENGTH, Base, RandomIdMixin, enum_column
from helpdesk.core.keys import Key
from helpdesk.core.sealing import Envelope, EnvelopePlace
from helpdesk.core.unconfirmed_addresses import UnconfirmedAddress, is_address_usable
from helpdesk.key_files import KeyFile


class TeamKind(StrEnum):
    """The kinds of teams: a queue of cases, or a partner's trust team. Both are units of
    need-to-know."""

    QUEUE = "queue"
    PARTNER = "partner"


class Team(RandomIdMixin, Base):
    """A team of people who may read the same things together: the holder of a key by epoch."""

    __tablename__ = "teams"

    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[TeamKind] = mapped_column(enum_column(TeamKind))
    # New reports go to the one queue that takes them in.
    takes_reports: Mapped[bool] = mapped_column(default=False)


class Person(RandomIdMixin, Base):
    """A person who can sign in, under a name of their choice; what they can open hangs on `key`."""

    __tablename__ = "people"

    handle: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[Role] = mapped_column(enum_column(Role))
    invited_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    on_duty_until: Mapped[datetime | None]
    # Sealed to the worker that sends: duty mail must go out while nobody is signed in.
    email: Mapped[Envelope | None]
    # The same, for the person to see: pages cannot open the one above.
    email_for_self: Mapped[Envelope | None]
    # Since when it is confirmed; or, given before there were test letters, how long it is used.
    email_confirmed_at: Mapped[datetime | None]
    email_used_until: Mapped[datetime | None]

    key_id: Mapped[str | None] = mapped_column(String(ID_LENGTH), ForeignKey("keys.id"))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    under_passphrase: Mapped[Envelope | None]
    under_recovery: Mapped[Envelope | None]
    totp_seed: Mapped[Envelope | None]
    totp_last_step: Mapped[int] = mapped_column(default=0)

    enrolment_tag: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    enrolment_until: Mapped[datetime | None]
    # Who gave the code they enrolled with, and so could have enrolled as them; and since when.
    code_given_by: Mapped[str | None] = mapped_column(String(80))
    code_given_at: Mapped[datetime | None]
    # Whether that code took the place of an account that they had already.
    was_reset: Mapped[bool] = mapped_column(default=False, server_default=text("false"))

    # Wrong codes since somebody came in: of strangers, whom they make wait, of known browsers, and
    # beside the recovery key.
    failures: Mapped[int] = mapped_column(default=0)
    closed_until: Mapped[datetime | None]
    failures_in_known_browsers: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    failures_beside_recovery_key: Mapped[int] = mapped_column(default=0, server_default=text("0"))

    key: Mapped[Key | None] = relationship(lazy="joined")
    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="person", cascade="all, delete-orphan", lazy="selectin"
    )

    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None

    @property
    def is_enrolled(self) -> bool:
        return self.key_id is not None

    @property
    def email_purpose(self) -> str:
        """What letters to them are called: partners' people are on no duty."""
        return "emails about your account" if self.role is Role.PARTNER else "alert emails"

    def gets_alert_emails(self, at: datetime) -> bool:
        """Whether duty may rely on their address."""
        used = is_address_usable(self.email_confirmed_at, self.email_used_until, at)
        return self.email is not None and used

    def forget_failures(self) -> None:
        """All tries are there again: it was them, or they begin anew."""
        self.failures = self.failures_in_known_browsers = self.failures_beside_recovery_key = 0
        self.closed_until = None

    def get_id(self) -> str:
        return self.id

    def envelope_place_of(self, field: str) -> EnvelopePlace:
        return EnvelopePlace("people", field, "", self.id)

    def as_actor(self) -> Actor:
        """Who this person is in history and to the rules."""
        teams = frozenset(membership.team_id for membership in self.memberships)
        return Actor(f"person:{self.id}", self.role, teams=teams, person_id=self.id)


class UnconfirmedEmailAddress(UnconfirmedAddress, Base):
    """A person's email address for alerts that they have not confirmed."""

    __tablename__ = "new_mailboxes"
    SEALED_TO: ClassVar = KeyFile.DUTY_ADDRESSES

    person_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    # The same as `address`, for the person to see.
    address_for_self: Mapped[Envelope | None]

    @property
    def owner_id(self) -> str:
        return self.person_id

    def envelope_place_of(self, field: str) -> EnvelopePlace:
        moves = {"address": "email", "old": "email", "address_for_self": "email_for_self"}
        if field in moves:
            return EnvelopePlace("people", moves[field], "", self.person_id)
        return EnvelopePlace("new_mailboxes", field, "", self.person_id)


class Membership(Base):
    """The membership of a person in a team. Reading also needs the team's key: `grant_team_key`."""

    __tablename__ = "memberships"

    person_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    team_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("teams.id"), primary_key=True, index=True
    )
    since_at: Mapped[datetime]
    let_in_by: Mapped[str | None] = mapped_column(String(80))
    let_in_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(back_populates="memberships")
    team: Mapped[Team] = relationship(lazy="joined")


class SignInSession(Base):
    """A sign-in session, kept on the server. The unlocked key in it opens only with the cookie of
    the browser."""

    __tablename__ = "sign_ins"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    surface: Mapped[str] = mapped_column(String(16))
    unlocked: Mapped[Envelope]
    # False between the passphrase and the second factor.
    is_complete: Mapped[bool] = mapped_column(default=False)
    begun_at: Mapped[datetime]
    seen_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="joined")

    __table_args__ = (Index("ix_sign_ins_seen_at", "seen_at"), UniqueConstraint("id", "person_id"))

    def envelope_place_of(self, field: str) -> EnvelopePlace:
        return EnvelopePlace("sign_ins", field, "", self.id)


def unlocked_key_envelope_place(sign_in_id: str) -> EnvelopePlace:
    """The envelope's place of a session's unlocked key, for who has the row and not the object."""
    return EnvelopePlace("sign_ins", "unlocked", "", sign_in_id)
