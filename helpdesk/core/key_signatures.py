"""Signatures on keys: which of an owner's keys count, because they were signed by who may vouch for
them.

A database role that may write keys could write one of its own for anybody. So a team's first key
and a person's key count only when the house has signed them, under a key that is in no database; a
team's next key only when the secret of the one before has, which its members alone can open.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ForeignKey, LargeBinary, String, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.core.database import ID_LENGTH, Base
from helpdesk.core.keys import Key, KeyKind, RowSink
from helpdesk.core.sealing import Secret
from helpdesk.core.signing import (
    is_signature_valid,
    key_statement,
    sign_statement,
    verification_key,
)

log = logging.getLogger(__name__)

# A key of before has no half yet that checks what it signs.
NO_HALF: Final = b""


class KeySignature(Base):
    """A signature on a key. A key may have several; one that holds is enough."""

    __tablename__ = "key_signatures"

    key_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("keys.id", ondelete="CASCADE"), primary_key=True
    )
    signature: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    # Checks what the key's own secret signs: the team's next key.
    half: Mapped[bytes] = mapped_column(LargeBinary)


# A line for each key and each of its signatures, or one without, in the order of the epochs.
KEYS_WITH_SIGNATURES: Final = (
    select(
        Key.id,
        Key.kind,
        Key.owner_id,
        Key.epoch,
        Key.public_half,
        KeySignature.signature,
        KeySignature.half,
    )
    .outerjoin(KeySignature, KeySignature.key_id == Key.id)
    .order_by(Key.owner_id, Key.kind, Key.epoch, Key.id)
)
OF_OWNER: Final = KEYS_WITH_SIGNATURES.where(
    Key.owner_id == bindparam("owner_id"), Key.kind == bindparam("kind", type_=Key.kind.type)
)


@dataclass(frozen=True)
class CheckedKeys:
    """The keys of one owner, oldest first: those that count, and those that were refused."""

    good: Sequence[Key] = ()
    refused: Sequence[Key] = ()
    epochs: Sequence[int] = ()

    @property
    def current(self) -> Key | None:
        """The newest that counts, whatever was written after it."""
        return self.good[-1] if self.good else None

    @property
    def next_epoch(self) -> int:
        """The place after every key there is, slipped in or not: none is signed before another."""
        return max(self.epochs, default=0) + 1


def sign_key(rows: RowSink, key: Key, *, by: Secret, secret: Secret | None = None) -> None:
    """Sign whose key this is: by the house for a first one, by the secret of the one before.

    `secret` is the key's own. Without it the key counts, and can sign no other.
    """
    half = verification_key(secret) if secret is not None else NO_HALF
    signature = sign_statement(by, key_statement(key, half))
    rows.add(KeySignature(key_id=key.id, signature=signature, half=half))


def checked_keys_of(session: Session, owner_id: str, kind: KeyKind, *, house: bytes) -> CheckedKeys:
    """The keys of an owner with their signatures checked. `house` checks what the house signed;
    without it, none counts."""
    found = session.execute(OF_OWNER, {"owner_id": owner_id, "kind": kind}).all()
    return log_refused_keys(check_signatures(found, house=house))


def log_refused_keys(keys: CheckedKeys) -> CheckedKeys:
    """Log, naming nobody, that some of an owner's keys were refused; and return the same keys."""
    if keys.refused:
        log.error(
            "%s of the %s keys of one team or person have no valid signature; nothing is "
            "encrypted to them. Run: helpdesk keys sign",
            len(keys.refused),
            len(keys.epochs),
        )
    return keys


def check_signatures(lines: Iterable[Any], *, house: bytes) -> CheckedKeys:
    """Check the signatures of one owner's keys, of lines of KEYS_WITH_SIGNATURES, oldest first.

    What is refused leaves the chain as it was.
    """
    halves: frozenset[bytes] = frozenset({house} if house else ())
    good, refused, epochs = [], [], []
    for key, said in _by_key(lines):
        epochs.append(key.epoch)
        own = {
            one.half
            for one in said
            if any(
                is_signature_valid(key_statement(one, one.half), one.signature, by) for by in halves
            )
        }
        if not own:
            refused.append(key)
            continue
        good.append(key)
        if key.kind == KeyKind.TEAM:
            halves = frozenset(own - {NO_HALF})
        # A person who starts over has a new key by the house; a team goes on by its members.
    return CheckedKeys(good, refused, epochs)


def _by_key(lines: Iterable[Any]) -> list[tuple[Key, list[Any]]]:
    found: dict[str, tuple[Key, list[Any]]] = {}
    for one in lines:
        if one.id not in found:
            key = Key(
                id=one.id,
                kind=one.kind,
                owner_id=one.owner_id,
                epoch=one.epoch,
                public_half=bytes(one.public_half),
            )
            found[one.id] = (key, [])
        if one.signature is not None:
            found[one.id][1].append(one)
    return list(found.values())
