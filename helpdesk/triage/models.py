"""The model of level evaluations: a level that was given, the rule that gave it and what it was
judged on."""

from datetime import datetime
from typing import Final

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.cases.levels import Level
from helpdesk.cases.models import LevelColumn, SealedCaseRecord
from helpdesk.core.database import Base
from helpdesk.core.sealing import Envelope

# The rule of a case whose reporter said in the mailbox that someone is in danger now; the database
# writes it (migration 0056).
DANGER_TOLD: Final = "danger-told"
# Set by the database, as the rule above, for answers in the mailbox that lead higher.
ANSWERED_LATER: Final = "answered-later"
# The answer that told of danger was corrected, or seen after the case was withdrawn; the level
# waits for two people to lower it.
DANGER_WAS_TOLD: Final = "danger-was-told"
# A coordinator has seen that a case was taken back after it; nobody has said that it is over.
DANGER_SEEN: Final = "danger-seen"


class LevelEvaluation(SealedCaseRecord, Base):
    """A level that a case was given, its rule and what it was judged on. Kept for ever: the newest
    one is in force."""

    __tablename__ = "evaluations"

    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    level: Mapped[Level] = mapped_column(LevelColumn)
    rule: Mapped[str] = mapped_column(String(40))
    table_version: Mapped[str] = mapped_column(String(20))
    # JSON: the answers judged, and for a level set by hand the reason.
    inputs: Mapped[Envelope]
