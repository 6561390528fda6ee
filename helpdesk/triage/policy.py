"""Who may say how urgent a case is; pure functions."""

from helpdesk.cases.models import Case, LevelRequest
from helpdesk.core.actors import Actor


def may_judge(actor: Actor, case: Case) -> bool:
    """Whoever works in the queue may correct answers and raise the level of its cases."""
    return actor.works_on_cases and case.team_id in actor.teams and not case.is_closed


def may_decide(actor: Actor, request: LevelRequest) -> bool:
    """A lower level needs a second person: anyone of the queue but the one who asked."""
    return may_judge(actor, request.case) and request.asked_by != actor.id
