"""Who may work with runs: the permission rules, as pure functions."""

from helpdesk.cases import policy as cases
from helpdesk.cases.models import Case
from helpdesk.core.actors import Actor
from helpdesk.runs.models import Run


def may_start_run(actor: Actor, case: Case) -> bool:
    """Whether the actor may start a playbook on this case: whoever works in its queue, while it is
    open."""
    return cases.may_work_on_case(actor, case)


def may_work_on_run(actor: Actor, run: Run) -> bool:
    """Whether the actor may work on this run: whoever may start a playbook on its case."""
    return may_start_run(actor, run.case)
