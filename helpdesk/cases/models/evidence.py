"""Evidence: something written down for a case, which a packet may carry and a step may need."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.cases.models.case import SealedCaseRecord
from helpdesk.core.database import Base
from helpdesk.core.sealing import Envelope


class Evidence(SealedCaseRecord, Base):
    """A piece of evidence: a profile's address, a form's number, a time. Each playbook keeps one of
    a kind."""

    __tablename__ = "evidence"

    # Which playbook took it; empty where it is the case's (see cases.playbook_findings).
    playbook: Mapped[str] = mapped_column(String(40), default="", server_default="")
    kind: Mapped[str] = mapped_column(String(60))
    taken_at: Mapped[datetime]
    taken_by: Mapped[str] = mapped_column(String(80))
    value: Mapped[Envelope]

    __table_args__ = (UniqueConstraint("case_id", "playbook", "kind"),)
