"""Who may do what to a case: the permission rules, as pure functions."""

from datetime import timedelta
from typing import Final

from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case
from helpdesk.core.actors import Actor, Role

# How long a case may wait before somebody looks at it again, and how long we give the reporter
# where nobody says otherwise.
LONGEST_WAIT: Final = {
    Level.IMMEDIATE: timedelta(days=3),
    Level.URGENT: timedelta(days=14),
    Level.SOON: timedelta(days=30),
    Level.ROUTINE: timedelta(days=90),
}
USUAL_WAIT: Final = {
    Level.IMMEDIATE: timedelta(days=1),
    Level.URGENT: timedelta(days=3),
    Level.SOON: timedelta(days=7),
    Level.ROUTINE: timedelta(days=14),
}


def works_in_queue(actor: Actor, team_id: str) -> bool:
    """Whether the actor works on the cases of this queue. An operator works in none."""
    return actor.works_on_cases and team_id in actor.teams


def may_see_case(actor: Actor, case: Case) -> bool:
    """Whether the actor may see this case."""
    return works_in_queue(actor, case.team_id)


def may_work_on_case(actor: Actor, case: Case) -> bool:
    """Whether the actor may work on this case, which has to be open."""
    return may_see_case(actor, case) and not case.is_closed


def is_reporter_of(actor: Actor, case: Case) -> bool:
    """Whether the actor is the reporter of this case. The reporter of this case, and nobody else,
    writes, agrees and takes back in its name."""
    return actor.role is Role.REPORTER and actor.case_id == case.id


def may_record_consents(actor: Actor, case: Case) -> bool:
    """Whether the actor may record consents. The reporter, whose word it is, also when the case is
    closed; of one that is open, whoever works on it and was told."""
    return is_reporter_of(actor, case) or may_work_on_case(actor, case)


def may_claim_case(actor: Actor, case: Case) -> bool:
    """Whether the actor may claim this case."""
    return may_work_on_case(actor, case)


def may_reassign_case(actor: Actor, case: Case) -> bool:
    """Whether the actor may give this case to someone else. Who has the case, or a coordinator for
    somebody who cannot."""
    return may_work_on_case(actor, case) and _leads(actor, case)


def may_choose_owner_after_leaver(actor: Actor, case: Case) -> bool:
    """Whether the actor may choose who takes a leaver's case. For a colleague who leaves: who works
    in the queue knows who could take it."""
    return may_work_on_case(actor, case)


def may_close_case(actor: Actor, case: Case) -> bool:
    """Whether the actor may close this case: who leads it."""
    return may_work_on_case(actor, case) and _leads(actor, case)


def may_reopen_case(actor: Actor, case: Case) -> bool:
    """Whether the actor may reopen this case."""
    return may_see_case(actor, case) and case.is_closed


def _leads(actor: Actor, case: Case) -> bool:
    return actor.role is Role.COORDINATOR or (
        case.owner_id is not None and case.owner_id == actor.person_id
    )
