"""Fact: something a playbook's step found out, on which later steps and gates stand."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.cases.models.case import SealedCaseRecord
from helpdesk.core.database import Base
from helpdesk.core.sealing import Envelope


class Fact(SealedCaseRecord, Base):
    """A fact that a playbook's step found out: a code in clear and, where there are words, the
    words sealed."""

    __tablename__ = "facts"

    # Which playbook took it; empty where it is the case's (see cases.playbook_findings).
    playbook: Mapped[str] = mapped_column(String(40), default="", server_default="")
    name: Mapped[str] = mapped_column(String(60))
    value: Mapped[str] = mapped_column(String(40))
    words: Mapped[Envelope | None]
    set_at: Mapped[datetime]
    set_by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (UniqueConstraint("case_id", "playbook", "name"),)
