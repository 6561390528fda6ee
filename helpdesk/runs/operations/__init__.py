"""What can happen to a playbook at work."""

from helpdesk.runs.operations.releasing import release_kind
from helpdesk.runs.operations.starting_runs import move_run, start_run
from helpdesk.runs.operations.steps import finish_step, reopen_step, skip_step

__all__ = ["finish_step", "move_run", "release_kind", "reopen_step", "skip_step", "start_run"]
