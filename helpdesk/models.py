"""Every table, imported once, for Alembic and for tests."""

from helpdesk.accounts import models as accounts
from helpdesk.cases import models as cases
from helpdesk.core import history, keys, leases, outbox, send_hold, signatures, stored_responses
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
    "keys",
    "leases",
    "outbox",
    "partners",
    "playbooks",
    "send_hold",
    "signatures",
    "stored_responses",
    "triage",
]
