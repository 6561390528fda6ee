"""Who may change the level of a case: the permission rules, as pure functions."""

from helpdesk.cases.models import Case, LowerLevelRequest
from helpdesk.cases.policy import may_see_case, may_work_on_case
from helpdesk.core.actors import Actor, Role


def may_correct_level(actor: Actor, case: Case) -> bool:
    """Whether the actor may correct answers and raise the level: whoever works in the queue."""
    return may_work_on_case(actor, case)


def may_acknowledge_danger_in_withdrawn_case(actor: Actor, case: Case) -> bool:
    """Whether the actor may acknowledge danger in a withdrawn case: a coordinator."""
    return may_see_case(actor, case) and case.is_closed and actor.role is Role.COORDINATOR


def may_decide_lower_level(actor: Actor, request: LowerLevelRequest) -> bool:
    """Whether the actor may decide on a lower level: anyone of the queue but the one who asked."""
    return may_correct_level(actor, request.case) and request.asked_by != actor.id
