"""Contribution: that a colleague had a part in something on which a request can rest."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.database import ID_LENGTH, Base, RandomIdMixin, enum_column


class ContributionKind(StrEnum):
    """What a colleague did as their part: wrote, changed or confirmed something."""

    WORDS = "words"
    EVIDENCE = "evidence"
    FACT = "fact"
    LEVEL = "level"
    WAIVER = "waiver"
    SENT_ALONE = "sent_alone"
    APPROVAL = "approval"
    SECOND_READING = "second_reading"


class Contribution(RandomIdMixin, Base):
    """A colleague's part in a case. Kept for ever: undoing one's own part makes nobody a second
    person.

    `subject_id` is a request's for its words, its waiver, its sending, approval and second reading,
    and a case's for all else; `name` says which evidence or fact. A consent keeps by itself who
    wrote it down and who confirmed it.
    """

    __tablename__ = "contributions"

    case_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("cases.id", ondelete="CASCADE"), index=True
    )
    subject_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    part: Mapped[ContributionKind] = mapped_column(enum_column(ContributionKind))
    name: Mapped[str] = mapped_column(String(60), default="")
    actor: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("subject_id", "part", "name", "actor"),)
