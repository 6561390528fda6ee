"""All models, imported once, for Alembic and for tests."""

from helpdesk.accounts import models as accounts
from helpdesk.cases import models as cases
from helpdesk.core import (
    history,
    key_signatures,
    keys,
    outbox,
    send_hold,
    stored_responses,
    ticker_lease,
)
from helpdesk.core.database import Base
from helpdesk.escalations import models as escalations
from helpdesk.intake import models as intake
from helpdesk.partners import models as partners
from helpdesk.runs import models as playbooks
from helpdesk.triage import models as triage

TABLES = Base.metadata.tables

__all__ = [
    "TABLES",
    "Base",
    "accounts",
    "cases",
    "escalations",
    "history",
    "intake",
    "key_signatures",
    "keys",
    "outbox",
    "partners",
    "playbooks",
    "send_hold",
    "stored_responses",
    "ticker_lease",
    "triage",
]
