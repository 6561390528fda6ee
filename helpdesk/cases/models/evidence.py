"""Evidence: something written down for a case, which a packet may carry and a step may need."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.cases.models.case import SealedCaseRecord
from helpdesk.core.database import Base
from helpdesk.core.sealing import Envelope


class Evidence(SealedCaseRecord, Base):
    """A profile's address, a form's number, a time: one of each kind, under the playbook's name."""

    __tablename__ = "evidence"

    kind: Mapped[str] = mapped_column(String(60))
    taken_at: Mapped[datetime]
    taken_by: Mapped[str] = mapped_column(String(80))
    value: Mapped[Envelope]

    __table_args__ = (UniqueConstraint("case_id", "kind"),)
