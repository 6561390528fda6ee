"""Case: one person's trouble, and the Closure that exists exactly while it is closed."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.types import TypeDecorator

from helpdesk.cases.levels import Level
from helpdesk.cases.states import MOVES, CaseOutcome, CaseState, WaitsOn
from helpdesk.core.database import ID_LENGTH, Base, RandomIdMixin, enum_column
from helpdesk.core.errors import StalePage
from helpdesk.core.sealing import Envelope, EnvelopePlace, PublicKey

# Whichever of our words is due first, as the indexes of the queue spell it.
OUR_MOVE_DUE = "least(reply_due_at, word_due_at)"
# Most urgent first, so that an ascending index begins where the work begins.
LEVELS = tuple(reversed(Level))


class LevelColumn(TypeDecorator[Level]):
    """A database column for a level: a small number, most urgent first, so that an index can order
    by it."""

    impl = SmallInteger
    cache_ok = True

    def process_bind_param(self, value: Level | None, dialect: Dialect) -> int | None:
        return None if value is None else LEVELS.index(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Level | None:
        return None if value is None else LEVELS[value]


class Case(RandomIdMixin, Base):
    """A case: one person's trouble. What they told us is sealed; docs/threat-model.md lists what is
    not."""

    __tablename__ = "cases"

    ref: Mapped[str] = mapped_column(String(16), unique=True)
    team_id: Mapped[str] = mapped_column(String(ID_LENGTH), ForeignKey("teams.id"))
    state: Mapped[CaseState] = mapped_column(enum_column(CaseState), default=CaseState.NEW)
    waits_on: Mapped[WaitsOn | None] = mapped_column(enum_column(WaitsOn))
    waits_until: Mapped[date | None]
    level: Mapped[Level] = mapped_column(LevelColumn)
    rule: Mapped[str] = mapped_column(String(40))
    incident_type: Mapped[str] = mapped_column(String(40))
    # What else it is about, the more pressing first; never changed in place.
    other_types: Mapped[tuple[str, ...]] = mapped_column(
        ARRAY(String(40), as_tuple=True), default=(), server_default=text("'{}'")
    )
    # Of those, what the mailbox may show: what was reported, and what one of us released. None, as
    # long as that is all of them: whoever holds the return code reads it.
    told_types: Mapped[tuple[str, ...] | None] = mapped_column(ARRAY(String(40), as_tuple=True))
    platform: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(12), default="en")
    region: Mapped[str | None] = mapped_column(String(40))
    opened_at: Mapped[datetime]
    # When the first human reply is due; None once it has been given. Computed from clock events in
    # the transaction that writes them, and stored only so that an index can order the queue.
    reply_due_at: Mapped[datetime | None]
    # Since when an alarm about it has reached no one; None once somebody was told.
    unheard_since: Mapped[datetime | None]
    # The same for the next word after the last one; None before the first and while it is paused.
    word_due_at: Mapped[datetime | None]
    owner_id: Mapped[str | None] = mapped_column(String(ID_LENGTH), ForeignKey("people.id"))
    # It looked sent by a machine, and no person of ours works on it: the queue's second lane.
    in_slow_lane: Mapped[bool] = mapped_column(default=False)
    is_drill: Mapped[bool] = mapped_column(default=False)

    key_id: Mapped[str] = mapped_column(String(ID_LENGTH), ForeignKey("keys.id"))
    public_half: Mapped[bytes] = mapped_column(LargeBinary)
    reporter_tag: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    reporter_public_half: Mapped[bytes] = mapped_column(LargeBinary)
    form_token: Mapped[bytes] = mapped_column(LargeBinary, unique=True)

    story: Mapped[Envelope | None]
    contact: Mapped[Envelope | None]
    answers: Mapped[Envelope | None]
    # Of the answers those that advice asks about, sealed to the reporter's return code.
    for_advice: Mapped[Envelope | None]

    closure: Mapped["Closure | None"] = relationship(
        back_populates="case", cascade="all, delete-orphan"
    )

    __table_args__ = (
        # What waits, waits for something, and not for ever.
        CheckConstraint(
            "(state = 'waiting') = (waits_on IS NOT NULL AND waits_until IS NOT NULL)",
            name="waits_until_a_day",
        ),
        # The queue page: open cases of a team's lane, by level, then by time left, then by id.
        Index(
            "ix_cases_queue",
            "team_id",
            "in_slow_lane",
            "level",
            text(f"coalesce({OUR_MOVE_DUE}, 'infinity'::timestamptz)"),
            "id",
            postgresql_where=text("state <> 'closed'"),
        ),
        Index("ix_cases_owner_id", "owner_id", postgresql_where=text("state <> 'closed'")),
        Index(
            "ix_cases_unclaimed",
            "team_id",
            "in_slow_lane",
            "level",
            text(f"coalesce({OUR_MOVE_DUE}, 'infinity'::timestamptz)"),
            "id",
            postgresql_where=text("state <> 'closed' AND owner_id IS NULL"),
        ),
        # The same page, filtered by state; and the closed ones, newest report first.
        Index(
            "ix_cases_queue_by_state",
            "team_id",
            "in_slow_lane",
            "state",
            "level",
            text(f"coalesce({OUR_MOVE_DUE}, 'infinity'::timestamptz)"),
            "id",
            postgresql_where=text("state <> 'closed'"),
        ),
        Index(
            "ix_cases_unheard",
            "team_id",
            postgresql_where=text("unheard_since IS NOT NULL"),
        ),
        # Those that were taken back after danger was told are on the board of everyone.
        Index(
            "ix_cases_danger_told",
            "team_id",
            postgresql_where=text("state = 'closed' AND rule = 'danger-told'"),
        ),
        Index(
            "ix_cases_closed",
            "team_id",
            "opened_at",
            "id",
            postgresql_where=text("state = 'closed'"),
        ),
    )

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.public_half)

    @property
    def reporter_public(self) -> PublicKey:
        return PublicKey(self.reporter_public_half)

    @property
    def sealing_key_id(self) -> str:
        return self.key_id

    @property
    def sealing_public(self) -> PublicKey:
        return self.public

    def envelope_place_of(self, field: str) -> EnvelopePlace:
        return EnvelopePlace("cases", field, self.id, self.id)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every kind of trouble it is about, the main one first."""
        return (self.incident_type, *self.other_types)

    @property
    def kinds_for_reporter(self) -> tuple[str, ...]:
        """Those by which the mailbox gives advice and asks: not what was said in confidence."""
        return self.kinds if self.told_types is None else self.told_types

    def show_kind_in_mailbox(self, kind: str) -> None:
        """Let the mailbox give advice and ask about this kind of trouble, too. What the case turned
        out not to be about goes from there: its advice would be the wrong one beside the right."""
        shown = {*self.kinds_for_reporter, kind}
        self.told_types = tuple(one for one in self.kinds if one in shown)

    @property
    def due_at(self) -> datetime | None:
        """When we owe the reporter a word: the answer, or the next one after the last."""
        return min((at for at in (self.reply_due_at, self.word_due_at) if at), default=None)

    @property
    def is_closed(self) -> bool:
        return self.state is CaseState.CLOSED

    def open(self) -> None:
        """Somebody works on it (again)."""
        if self.state is not CaseState.OPEN:
            self._move_to(CaseState.OPEN)
        self.waits_on = None
        self.waits_until = None

    def wait(self, on: WaitsOn, until: date) -> None:
        """It is someone else's move, or nothing can be done before a day: then it is ours."""
        self._move_to(CaseState.WAITING)
        self.waits_on = on
        self.waits_until = until

    def close(self, *, outcome: CaseOutcome, at: datetime, by: str) -> None:
        self._move_to(CaseState.CLOSED)
        self.waits_on = None
        self.waits_until = None
        self.closure = Closure(case_id=self.id, outcome=outcome, at=at, by=by)

    def reopen(self) -> None:
        if self.state is not CaseState.CLOSED:
            raise StalePage("This case is already open.")
        self.open()
        # The database deletes it with the reopening: nobody else has the right to.
        set_committed_value(self, "closure", None)

    def _move_to(self, state: CaseState) -> None:
        if state not in MOVES[self.state]:
            raise StalePage(f"This case is now {self.state}.")
        self.state = state


class Closure(Base):
    """The closing of a case: outcome, time and follow-up. It exists exactly while the case is
    closed."""

    __tablename__ = "closures"

    case_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True
    )
    outcome: Mapped[CaseOutcome] = mapped_column(enum_column(CaseOutcome))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    follow_up_on: Mapped[date | None]

    case: Mapped[Case] = relationship(back_populates="closure")

    __table_args__ = (
        Index(
            "ix_closures_follow_up_on",
            "follow_up_on",
            postgresql_where=text("follow_up_on IS NOT NULL"),
        ),
    )


class SealedCaseRecord(RandomIdMixin):
    """The base of rows that belong to a case and have fields sealed under the case's key."""

    __tablename__: str

    case_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("cases.id", ondelete="CASCADE"), index=True
    )

    @declared_attr
    def case(cls) -> Mapped[Case]:  # noqa: N805 - SQLAlchemy calls it with the class
        return relationship(Case)

    @property
    def sealing_key_id(self) -> str:
        return self.case.key_id

    @property
    def sealing_public(self) -> PublicKey:
        return self.case.public

    def envelope_place_of(self, field: str) -> EnvelopePlace:
        return EnvelopePlace(self.__tablename__, field, self.case_id, self.id)
