"""Who may say how urgent a case is; pure functions."""

from helpdesk.cases.models import Case, LowerLevelRequest
from helpdesk.cases.policy import may_work_on_case
from helpdesk.core.actors import Actor


def may_correct_level(actor: Actor, case: Case) -> bool:
    """Whoever works in the queue may correct answers and raise the level of its cases."""
    return may_work_on_case(actor, case)


def may_decide_lower_level(actor: Actor, request: LowerLevelRequest) -> bool:
    """A lower level needs a second person: anyone of the queue but the one who asked."""
    return may_correct_level(actor, request.case) and request.asked_by != actor.id
