"""Who may work with a playbook; pure functions."""

from helpdesk.cases.models import Case
from helpdesk.core.actors import Actor
from helpdesk.runs.models import Run


def may_run(actor: Actor, case: Case) -> bool:
    """Whoever works in the queue may start playbooks on its open cases."""
    return actor.works_on_cases and case.team_id in actor.teams and not case.is_closed


def may_work_on(actor: Actor, run: Run) -> bool:
    """Whoever may start a playbook on the case may also take its steps."""
    return may_run(actor, run.case)
