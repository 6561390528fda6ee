"""Who may work with a playbook; pure functions."""

from helpdesk.cases import policy as cases
from helpdesk.cases.models import Case
from helpdesk.core.actors import Actor
from helpdesk.runs.models import Run


def may_start_run(actor: Actor, case: Case) -> bool:
    """Whoever works in the queue may start playbooks on its open cases."""
    return cases.may_work_on_case(actor, case)


def may_work_on_run(actor: Actor, run: Run) -> bool:
    """Whoever may start a playbook on the case may also take its steps."""
    return may_start_run(actor, run.case)
