"""Who may do what at the public door; pure functions."""

from helpdesk.cases.models import Case
from helpdesk.core.actors import Actor, Role


def is_reporter_of(actor: Actor, case: Case) -> bool:
    """The reporter of this case, and nobody else, writes, agrees and takes back in its name."""
    return actor.role is Role.REPORTER and actor.case_id == case.id
