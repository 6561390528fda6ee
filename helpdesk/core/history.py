"""History: the append-only table of what was done. Ids and codes, never what people told us."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey
from sqlalchemy import (
    BigInteger,
    Identity,
    Index,
    LargeBinary,
    String,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.core.database import ID_LENGTH, Base
from helpdesk.core.recent_times import happened_within
from helpdesk.core.sealing import Secret
from helpdesk.core.ticker_lease import last_chained_at

BEGINNING = b"\0" * 32
OVERLAP = 10_000
# Another key signs from here on. The entry names the witness of the one before.
KEY_CHANGED = "history.key_changed"
# Longer than a ticker takes, and one that takes over from it.
UNCHAINED = timedelta(minutes=2)


class HistoryEntry(Base):
    """An entry of history: one thing that was done. The database refuses to change or delete it."""

    __tablename__ = "history"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(64))
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(64))
    case_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)

    __table_args__ = (
        Index(
            "ix_history_case_id_id", "case_id", "id", postgresql_where=text("case_id IS NOT NULL")
        ),
        Index("ix_history_subject_id", "subject_id"),
        # What reporters deny is on the board of everyone: it is looked for among all entries.
        Index(
            "ix_history_denials",
            "case_id",
            postgresql_where=text("action IN ('escalation.verdict_denied', 'consent.denied')"),
        ),
    )

    def as_bytes(self) -> bytes:
        """Canonical bytes for the chain."""
        return json.dumps(
            [
                self.id,
                self.at.isoformat(),
                self.actor_id,
                self.action,
                self.subject_type,
                self.subject_id,
                self.case_id,
                self.details,
            ],
            sort_keys=True,
            separators=(",", ":"),
        ).encode()


# What was done to a case and everything that hangs on it, newest first.
OF_CASE: Final = (
    select(HistoryEntry.at, HistoryEntry.actor_id, HistoryEntry.action, HistoryEntry.details)
    .where(HistoryEntry.case_id == bindparam("case_id"))
    .order_by(HistoryEntry.id.desc())
)


class HistoryLink(Base):
    """A link of the hash chain over history: the hash of the link before and of the entry."""

    __tablename__ = "history_links"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)


class HistoryCheckpoint(Base):
    """A signed checkpoint: how long the chain is and where it ends."""

    __tablename__ = "history_checkpoints"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    # To the hour: the database rounds it, because a reporter's entry was written just before.
    at: Mapped[datetime]


# Bytes of entries that are chained at a time: an entry may have 16 kB, and a process that writes
# thousands of such must not fill the ticker's memory, or hold it longer than its lease.
HEAVIEST_PIECE: Final = 1_000_000
# Entries that are in memory at once.
FETCHED: Final = 20


def extend_history_chain(
    session: Session,
    *,
    at: datetime,
    signer: Secret,
    limit: int = 2000,
    ids: range | None = None,
) -> int:
    """Add to the chain what is not chained yet and sign where it now ends; how many entries it
    were.

    A piece at a time, of so many entries and of about a megabyte: call it again until it says 0.
    It looks at the last ten thousand numbers, or at `ids`: whoever writes entries takes numbers,
    and can take so many that what others write falls behind, so all are looked at now and then.
    Run by the ticker. Safe to run twice. No lock is taken, which some process could hold for ever:
    an entry that is committed late is chained late, and of two who link at once one fails.
    """
    last = session.scalar(select(HistoryLink).order_by(HistoryLink.position.desc()).limit(1))
    position, digest = (last.position, last.digest) if last else (0, BEGINNING)
    among = (
        HistoryEntry.id > _safe_start(session)
        if ids is None
        else HistoryEntry.id.between(ids.start, ids.stop - 1)
    )
    unlinked = (
        select(HistoryEntry)
        .outerjoin(HistoryLink, HistoryLink.entry_id == HistoryEntry.id)
        .where(HistoryLink.entry_id.is_(None), among)
        .order_by(HistoryEntry.id)
        .limit(limit)
    )
    links: list[HistoryLink] = []
    weight = 0
    with closing(session.scalars(unlinked.execution_options(yield_per=FETCHED))) as entries:
        for entry in entries:
            written = entry.as_bytes()
            digest = next_digest(digest, written)
            links.append(
                HistoryLink(position=position + len(links) + 1, entry_id=entry.id, digest=digest)
            )
            weight += len(written)
            if weight > HEAVIEST_PIECE:
                break
    session.add_all(links)
    if links:
        end = position + len(links)
        signature = _signing_key(signer).sign(_statement(end, digest)).signature
        session.add(HistoryCheckpoint(position=end, digest=digest, signature=signature, at=at))
    return len(links)


def highest_history_id(session: Session) -> int:
    """The id of the newest entry; 0 without any."""
    return session.scalar(select(func.max(HistoryEntry.id))) or 0


def next_digest(digest: bytes, written: bytes) -> bytes:
    """The chain's digest after one more entry (`HistoryEntry.as_bytes`)."""
    return hashlib.sha256(digest + written).digest()


@dataclass(frozen=True)
class ChainFault:
    """A fault in the chain: something in history is not as it was written."""

    position: int
    sentence: str


def verify_history_chain(
    session: Session, *, witness: bytes, at: datetime | None = None
) -> Iterator[ChainFault]:
    """Verify the whole chain and list its faults: edits, deletions, insertions, a cut end.

    With `at`, entries that the ticker has left unchained for more than two minutes are said too.

    `witness` is the public signing key (see `witness_of`). What was signed before the key changed
    bears the signature of the one before; the chain itself is held by the last one alone. A cut
    that removes links and their checkpoints alike shows only against a head kept elsewhere: see
    `head`.
    """
    digest, expected = BEGINNING, 0
    former = _former_witnesses(session, witness)
    checkpoints = {
        one.position: one for one in session.scalars(select(HistoryCheckpoint)).yield_per(1000)
    }
    chain = (
        select(HistoryLink, HistoryEntry)
        .outerjoin(HistoryEntry, HistoryEntry.id == HistoryLink.entry_id)
        .order_by(HistoryLink.position)
    )
    for row in session.execute(chain.execution_options(yield_per=FETCHED)):
        found: HistoryLink = row[0]
        entry: HistoryEntry | None = row[1]
        expected += 1
        if found.position != expected:
            yield ChainFault(expected, "A link of the chain is missing.")
            expected = found.position
        if entry is None:
            yield ChainFault(found.position, f"Entry {found.entry_id} was deleted.")
        elif next_digest(digest, entry.as_bytes()) != found.digest:
            yield ChainFault(found.position, f"Entry {found.entry_id} was changed.")
        digest = found.digest
        checkpoint = checkpoints.pop(found.position, None)
        witnesses = [witness, *(one for until, one in former if found.position < until)]
        if checkpoint is not None and not _is_signed(checkpoint, found.digest, witnesses):
            yield ChainFault(found.position, "A checkpoint does not have our signature.")
    for position in checkpoints:
        yield ChainFault(
            position, "The chain was cut: a checkpoint refers to a link that is missing."
        )
    last_checkpoint = session.scalar(select(func.max(HistoryCheckpoint.position))) or 0
    if expected > last_checkpoint:
        yield ChainFault(expected, "Links were added after the last signature.")
    yield from _unlinked(session)
    if at is not None:
        yield from _left_unchained(session, at=at)


def chain_head(session: Session) -> tuple[int, str]:
    """The head of the signed chain: its length and last digest, a line worth keeping somewhere
    else."""
    newest = select(HistoryCheckpoint).order_by(HistoryCheckpoint.position.desc()).limit(1)
    checkpoint = session.scalar(newest)
    return (checkpoint.position, checkpoint.digest.hex()) if checkpoint else (0, BEGINNING.hex())


def verification_key_of(signer: Secret) -> bytes:
    """The public key with which anybody can verify our checkpoints."""
    return bytes(_signing_key(signer).verify_key)


def _unlinked(session: Session) -> Iterator[ChainFault]:
    """Entries put in behind the chain's back: older than the last link and in no link."""
    newest = select(func.max(HistoryLink.entry_id)).scalar_subquery()
    hidden = (
        select(HistoryEntry.id)
        .outerjoin(HistoryLink, HistoryLink.entry_id == HistoryEntry.id)
        .where(HistoryLink.entry_id.is_(None), HistoryEntry.id < newest - OVERLAP)
    )
    for entry_id in session.scalars(hidden):
        yield ChainFault(0, f"Entry {entry_id} is not in the chain.")


def _left_unchained(session: Session, *, at: datetime) -> Iterator[ChainFault]:
    """What is not chained although the ticker should have done it by now."""
    until = last_chained_at(session)
    if until is not None and happened_within(until, UNCHAINED, at=at):
        return
    unlinked = (
        select(func.count())
        .select_from(HistoryEntry)
        .outerjoin(HistoryLink, HistoryLink.entry_id == HistoryEntry.id)
        .where(HistoryLink.entry_id.is_(None))
    )
    if count := session.scalar(unlinked):
        since = until.isoformat(timespec="minutes") if until else "ever"
        yield ChainFault(
            0, f"{count} entries are not chained. The ticker has not run since {since}."
        )


def sign_key_succession(signer: Secret, former: bytes) -> bytes:
    """Sign that a new checkpoint key takes over: the statement names the witness of the one before.
    Without it, any who can write an entry could name a key of their own, and chain all history
    again with it."""
    return _signing_key(signer).sign(_succession(former)).signature


def needs_key_succession(session: Session, *, former: bytes, witness: bytes) -> bool:
    """Whether an older key signed some of the chain and the current one has not vouched for it yet.

    Asked of every checkpoint, the newest first: today's key may have signed already, where the
    ticker was started before the keys were changed to the end.
    """
    if any(former == one for _until, one in _former_witnesses(session, witness)):
        return False
    newest_first = select(HistoryCheckpoint).order_by(HistoryCheckpoint.position.desc())
    with closing(session.scalars(newest_first.execution_options(yield_per=1000))) as checkpoints:
        return any(_bears_signature(one, former) for one in checkpoints)


def _former_witnesses(session: Session, witness: bytes) -> list[tuple[int, bytes]]:
    """Until which link other keys signed, and their public halves: those for which the key that
    came after them has vouched. Any other entry that names one is what somebody has planted."""
    changes = (
        select(HistoryLink.position, HistoryEntry.details)
        .join(HistoryEntry, HistoryEntry.id == HistoryLink.entry_id)
        .where(HistoryEntry.action == KEY_CHANGED)
    )
    found, trusted = [], [witness]
    for one in session.execute(changes.order_by(HistoryLink.position.desc())):
        former = _bytes_of(one.details, "former")
        signature = _bytes_of(one.details, "vouched")
        if any(_signed(key, _succession(former), signature) for key in trusted):
            found.append((one.position, former))
            trusted.append(former)
    return found


def _bytes_of(details: dict[str, Any], name: str) -> bytes:
    """What an entry says in hexadecimal; nothing where it says something else."""
    try:
        return bytes.fromhex(str(details.get(name, "")))
    except ValueError:
        return b""


def _is_signed(checkpoint: HistoryCheckpoint, digest: bytes, witnesses: list[bytes]) -> bool:
    signed = any(_bears_signature(checkpoint, witness) for witness in witnesses)
    return signed and checkpoint.digest == digest


def _bears_signature(checkpoint: HistoryCheckpoint, witness: bytes) -> bool:
    return _signed(
        witness, _statement(checkpoint.position, checkpoint.digest), checkpoint.signature
    )


def _signed(witness: bytes, statement: bytes, signature: bytes) -> bool:
    try:
        VerifyKey(witness).verify(statement, signature)
    except (CryptoError, ValueError):  # not by it; or no key, or no signature, at all
        return False
    return True


def _statement(position: int, digest: bytes) -> bytes:
    return f"helpdesk history\n{position}\n{digest.hex()}\n".encode()


def _succession(former: bytes) -> bytes:
    return f"helpdesk history\nafter\n{former.hex()}\n".encode()


def _signing_key(signer: Secret) -> SigningKey:
    return SigningKey(signer.derive("history"))


def _safe_start(session: Session) -> int:
    """Entries may commit in another order than they were numbered: look back a little way."""
    return (session.scalar(select(func.max(HistoryLink.entry_id))) or 0) - OVERLAP
