"""Stored responses: a form that is submitted twice gets the first response again, and acts once.

The row is written by the transaction that does the work. A second press of the same form at the
same moment waits for it there, and then gets the first one's answer, which is sealed: what opens it
stands in the form alone.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import String, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.core.database import Base, SealedColumn, UtcDateTime
from helpdesk.core.sealing import Envelope, EnvelopePlace

KEPT: Final = timedelta(minutes=15)
# Only the staff's role reads this table, and none may change or lock it: functions of the database
# do what a page needs, for one form that it has at hand. Otherwise any process of pages could keep
# all the others' forms waiting, or take away what they remember. Each role keeps so many megabytes
# in a quarter of an hour (migration 0081): past that, no page is kept.
BEGIN: Final = text("INSERT INTO presses (id, at) VALUES (:id, :at) ON CONFLICT DO NOTHING")
ADD: Final = text("SELECT add_press_answer(:id, :at, :answer)")
KEEP: Final = text("SELECT keep_press(:id, :at, :answer)")
NOTE: Final = text("SELECT note_press_answer(:id, :answer)")
READ: Final = text("SELECT at, answer FROM press_answer(:id)").columns(
    at=UtcDateTime(), answer=SealedColumn()
)
FORGET: Final = text("SELECT forget_presses(:before)")


class StoredResponse(Base):
    """The stored response to one form, as it was sent. It says nothing of who sent it, or what."""

    __tablename__ = "presses"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    answer: Mapped[Envelope | None]

    def envelope_place_of(self, field: str) -> EnvelopePlace:
        return EnvelopePlace("presses", field, "", self.id)


def is_first_submission(session: Session, press: str, *, at: datetime) -> bool:
    """Whether this form is submitted for the first time. Waits for one that is being worked on."""
    written: int = session.connection().execute(BEGIN, {"id": press, "at": at}).rowcount
    return written == 1


def replace_response(session: Session, press: str, answer: Envelope, *, at: datetime) -> bool:
    """Store a response under a name of its own, in the place of what was there; False without room
    for it: then that is there still."""
    return bool(session.scalar(KEEP, {"id": press, "answer": answer.raw, "at": at}))


def add_response(session: Session, press: str, answer: Envelope, *, at: datetime) -> bool:
    """Store a response under a name that nothing has yet; False where there is no room for it."""
    return bool(session.scalar(ADD, {"id": press, "answer": answer.raw, "at": at}))


def delete_older_responses(session: Session, *, before: datetime) -> None:
    """Delete old responses that nobody will ask for any more. The ticker alone may."""
    session.execute(FORGET, {"before": before})


def save_response(session: Session, press: str, answer: Envelope) -> None:
    """Store the response to the first submission, for the second."""
    session.execute(NOTE, {"id": press, "answer": answer.raw})


def stored_response_to(
    session: Session, press: str, *, since: datetime | None = None
) -> Envelope | None:
    """The stored response to the first submission; `since` is what it must not be older than."""
    row = session.execute(READ, {"id": press}).first()
    if row is None or (since is not None and row.at < since):
        return None
    answer: Envelope | None = row.answer
    return answer


def response_envelope_place(press: str) -> EnvelopePlace:
    """The envelope's place of a stored response, where there is no row yet."""
    return StoredResponse(id=press).envelope_place_of("answer")
