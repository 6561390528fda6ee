"""A press of a button: what a form that made something answered, so that it makes it once.

The row is written by the transaction that does the work. A second press of the same form at the
same moment waits for it there, and then gets the first one's answer, which is sealed: what opens it
stands in the form alone.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import String, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.core.database import Base
from helpdesk.core.sealing import Envelope, Place

KEPT: Final = timedelta(minutes=15)
# What is over goes when somebody presses next; what another is removing at this moment is left.
FORGET: Final = (
    "DELETE FROM presses WHERE id IN"
    " (SELECT id FROM presses WHERE at < :before LIMIT 100 FOR UPDATE SKIP LOCKED)"
)
INSERT: Final = (
    " INSERT INTO presses (id, at) VALUES (:id, :at) ON CONFLICT DO NOTHING RETURNING id"
)
PUT_IN: Final = (
    " INSERT INTO presses (id, at, answer) VALUES (:id, :at, :answer)"
    " ON CONFLICT (id) DO UPDATE SET at = excluded.at, answer = excluded.answer"
)
PUT: Final = text("WITH over AS (" + FORGET + ")" + PUT_IN)
BEGIN: Final = text("WITH over AS (" + FORGET + ")" + INSERT)


class Press(Base):
    """One form, sent as it stood. It says nothing of who pressed, or what."""

    __tablename__ = "presses"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    answer: Mapped[Envelope | None]

    def place_of(self, field: str) -> Place:
        return Place("presses", field, "", self.id)


def is_first(session: Session, press: str, *, at: datetime) -> bool:
    """Whether nobody has pressed this yet. Waits for one that is being worked on."""
    parameters = {"id": press, "at": at, "before": at - KEPT}
    return session.execute(BEGIN, parameters).first() is not None


def put(session: Session, press: str, answer: Envelope, *, at: datetime, before: datetime) -> None:
    """Keep something under a name of its own, in the place of what was there."""
    parameters = {"id": press, "answer": answer.raw, "at": at, "before": before}
    session.execute(PUT, parameters)


def forget(session: Session, *, before: datetime) -> None:
    """Delete what nobody will ask for any more, some at a time."""
    session.execute(text(FORGET), {"before": before})


def note_answer(session: Session, press: str, answer: Envelope) -> None:
    """Keep what the first press is told, for the second."""
    session.execute(update(Press).where(Press.id == press).values(answer=answer))


def answer_to(session: Session, press: str, *, since: datetime | None = None) -> Envelope | None:
    """What the first press was told; `since` is what it must not be older than."""
    row = session.get(Press, press)
    if row is None or (since is not None and row.at < since):
        return None
    return row.answer


def place_of(press: str) -> Place:
    """Where its answer belongs, for who has no row."""
    return Press(id=press).place_of("answer")
