"""Keys and the keyring: what an actor can open, found by walking person key → team key → case
key."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from enum import StrEnum
from typing import Any, Final, Protocol

from sqlalchemy import (
    ARRAY,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    any_,
    bindparam,
    select,
    union_all,
)
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from helpdesk.core.database import ID_LENGTH, Base, RandomIdMixin, enum_column
from helpdesk.core.sealing import CannotOpen, Envelope, EnvelopePlace, PublicKey, Secret
from helpdesk.core.service_keys import ServiceKeys
from helpdesk.core.unreadable_texts import (
    UNREADABLE,
    log_unreadable,
    open_or_unreadable,
    parse_mapping_or_none,
)


class KeyKind(StrEnum):
    """Whose a key is: a person's, a team's, a case's or that of a partner's link."""

    PERSON = "person"
    TEAM = "team"
    CASE = "case"
    LINK = "link"


class Key(RandomIdMixin, Base):
    """A key: a secret's public half and whose it is. The secret itself is never in this table."""

    __tablename__ = "keys"

    kind: Mapped[KeyKind] = mapped_column(enum_column(KeyKind))
    owner_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    epoch: Mapped[int] = mapped_column(default=1)
    public_half: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (UniqueConstraint("owner_id", "kind", "epoch"),)

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.public_half)


class KeyCopy(Base):
    """A copy of a secret, sealed to the public half of another key: the holder can open it."""

    __tablename__ = "key_copies"

    key_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("keys.id", ondelete="CASCADE"), primary_key=True
    )
    holder_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("keys.id", ondelete="CASCADE"), primary_key=True
    )
    sealed: Mapped[Envelope]

    __table_args__ = (Index("ix_key_copies_holder_id", "holder_id"),)


# The copies of one key; and of those keys that open it, the copies that these holders open.
# Asked from below, by primary keys alone: a team's key has a copy of every case of a queue.
# Each with the public half that its secret must have.
_COPY: Final = (KeyCopy.key_id, KeyCopy.holder_id, KeyCopy.sealed, Key.public_half)
_below: Final = aliased(KeyCopy)
COPIES: Final = union_all(
    select(*_COPY).join(Key, Key.id == KeyCopy.key_id).where(KeyCopy.key_id == bindparam("key_id")),
    select(*_COPY)
    .join(Key, Key.id == KeyCopy.key_id)
    .join(_below, _below.holder_id == KeyCopy.key_id)
    .where(
        _below.key_id == bindparam("key_id"),
        KeyCopy.holder_id == any_(bindparam("holders", type_=ARRAY(String))),
    ),
)


class RowSink(Protocol):
    """What new rows can be added to: a session, or a piece of work."""

    def add(self, row: Any, /) -> None: ...


def new_key(rows: RowSink, kind: KeyKind, owner_id: str, epoch: int = 1) -> tuple[Key, Secret]:
    """Create a key; the caller must give its secret to somebody, or nothing will ever open."""
    key, secret = make_unsaved_key(kind, owner_id, epoch)
    rows.add(key)
    return key, secret


def make_unsaved_key(kind: KeyKind, owner_id: str, epoch: int = 1) -> tuple[Key, Secret]:
    """Make a key that is not saved yet, and its secret."""
    secret = Secret.new()
    return Key(kind=kind, owner_id=owner_id, epoch=epoch, public_half=secret.public.raw), secret


def seal_key_for(rows: RowSink, key: Key, secret: Secret, holder: Key) -> None:
    """Seal one key's secret to another key, whose holder can then open it."""
    place = _place_of_copy(key.id, holder.id)
    sealed = holder.public.seal(secret.raw, place)
    rows.add(KeyCopy(key_id=key.id, holder_id=holder.id, sealed=sealed))


def _place_of_copy(key_id: str, holder_id: str) -> EnvelopePlace:
    return EnvelopePlace("key_copies", "sealed", "", f"{key_id}/{holder_id}")


class Sealable(Protocol):
    """A row with sealed fields: it knows where they belong and whose key seals them."""

    def envelope_place_of(self, field: str) -> EnvelopePlace: ...

    @property
    def sealing_key_id(self) -> str: ...

    @property
    def sealing_public(self) -> PublicKey: ...


class Keyring:
    """The keys an actor can open: the secrets they bring, and every secret that these open in
    turn."""

    def __init__(
        self,
        session: Session,
        secrets: dict[str, Secret] | None = None,
        *,
        own: Secret | None = None,
        service: ServiceKeys | None = None,
    ) -> None:
        """`secrets` by key id; `own` is a reporter's; `service` are the process's own."""
        self._session = session
        self._secrets = dict(secrets or {})
        # The holders that COPIES is asked with.
        self.brought = sorted(self._secrets)
        self.own = own
        self.service = service or ServiceKeys()
        # What was read and could not be: the page says so in red.
        self.unreadable: set[EnvelopePlace] = set()
        # Of which cases something was opened: who reads it is noted.
        self.opened_cases: set[str] = set()

    def secret(self, key_id: str) -> Secret:
        """The secret of a key, or CannotOpen if nothing this actor holds leads to it."""
        if key_id not in self._secrets:
            wanted = {"key_id": key_id, "holders": self.brought}
            self.open_copies(self._session.execute(COPIES, wanted))
        try:
            return self._secrets[key_id]
        except KeyError:
            raise CannotOpen from None

    def holds(self, key_id: str) -> bool:
        """Whether this actor can open what that key seals."""
        try:
            self.secret(key_id)
        except CannotOpen:
            return False
        return True

    def remember(self, key_id: str, secret: Secret) -> None:
        """Keep a secret that was just made, for the rest of this piece of work."""
        self._secrets[key_id] = secret

    def seal(self, row: Sealable, field: str, text: str) -> Envelope:
        """Seal a field of a row: under its key where we hold it, else to that key's public half."""
        place = row.envelope_place_of(field)
        if row.sealing_key_id in self._secrets or (
            self._secrets and self.holds(row.sealing_key_id)
        ):
            return self.secret(row.sealing_key_id).seal_text(text, place)
        return row.sealing_public.seal_text(text, place)

    def open(self, row: Sealable, field: str) -> str:
        """The text in a sealed field, or CannotOpen. An empty field is an empty text."""
        envelope: Envelope | None = getattr(row, field)
        if envelope is None:
            return ""
        place = row.envelope_place_of(field)
        text = self.secret(row.sealing_key_id).open_text(envelope, place)
        self._note_opened(place)
        return text

    def read(self, row: Sealable, field: str) -> str:
        """The same of a row that a door may have brought: UNREADABLE where it does not open.
        CannotOpen only where nothing this actor holds leads to its key."""
        envelope: Envelope | None = getattr(row, field)
        if envelope is None:
            return ""
        return self.read_with(
            self.secret(row.sealing_key_id), envelope, row.envelope_place_of(field)
        )

    def read_own(self, row: Sealable, field: str) -> str:
        """The same of what was sealed to the reporter, for the reporter."""
        if self.own is None:
            raise CannotOpen
        return self.read_with(self.own, getattr(row, field), row.envelope_place_of(field))

    def read_with(self, secret: Secret, envelope: Envelope | None, place: EnvelopePlace) -> str:
        """The same of an envelope that was read without its row."""
        text = open_or_unreadable(secret, envelope, place)
        if text is UNREADABLE:
            self.note_unreadable(place)
        elif text:
            self._note_opened(place)
        return text

    def mapping_of(self, text: str, place: EnvelopePlace) -> Mapping[str, Any]:
        """What a text says by name that was read there; nothing where it cannot be read."""
        said = parse_mapping_or_none(text) if text and text is not UNREADABLE else None
        if text and said is None:
            self.note_unreadable(place)
        return said or {}

    def _note_opened(self, place: EnvelopePlace) -> None:
        if place.case_id:
            self.opened_cases.add(place.case_id)

    def note_unreadable(self, place: EnvelopePlace) -> None:
        """Once for each place, for whoever sees the page and for the log."""
        if place not in self.unreadable:
            self.unreadable.add(place)
            log_unreadable(place)

    def open_own(self, row: Sealable, field: str) -> str:
        """The text in a field that was sealed to the reporter, for the reporter."""
        envelope: Envelope | None = getattr(row, field)
        if envelope is None:
            return ""
        if self.own is None:
            raise CannotOpen
        return self.own.open_text(envelope, row.envelope_place_of(field))

    def open_copies(self, copies: Iterable[Any]) -> None:
        """Open each copy whose holder is at hand: team keys first, which open the others.

        Anybody can seal anything to a public half, so that a copy proves nothing by itself: a
        secret is the key's only if its public half is.
        """
        for copy in sorted(copies, key=lambda copy: copy.holder_id not in self._secrets):
            holder = self._secrets.get(copy.holder_id)
            if holder is not None and copy.key_id not in self._secrets:
                # A copy that is no copy must not shut out from what the others open.
                with suppress(CannotOpen):
                    raw = holder.open(copy.sealed, _place_of_copy(copy.key_id, copy.holder_id))
                    self._secrets[copy.key_id] = PublicKey(copy.public_half).of(Secret(raw))
