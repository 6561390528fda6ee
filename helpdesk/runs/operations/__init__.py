"""Operations on the runs of playbooks."""

from helpdesk.runs.operations.kinds_shown_in_mailbox import show_kind_in_mailbox
from helpdesk.runs.operations.starting_and_moving_runs import move_run, start_run
from helpdesk.runs.operations.steps import NoRequestSent, finish_step, reopen_step, skip_step

__all__ = [
    "NoRequestSent",
    "finish_step",
    "move_run",
    "reopen_step",
    "show_kind_in_mailbox",
    "skip_step",
    "start_run",
]
