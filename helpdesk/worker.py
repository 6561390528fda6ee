"""The function that a worker runs when it is woken: it runs the due jobs of its queue."""

import os
from functools import cache

from helpdesk.context_assembly import open_context
from helpdesk.core import job_runner
from helpdesk.core.app_context import AppContext
from helpdesk.key_files import OF_WORKER
from helpdesk.settings import Settings


@cache
def worker_context(queue: str) -> AppContext:
    """The app context of this worker process; a forked child of a worker opens its own
    connections."""
    return open_context(Settings.from_environment(os.environ, holds=OF_WORKER[queue]))


def run_due_jobs(queue: str) -> bool:
    """Run a queue's due jobs, for a minute at most. False if more is due already."""
    context = worker_context(queue)
    job_runner.run_due_jobs(context, queue, seconds=job_runner.IN_A_JOB)
    return not job_runner.has_due_jobs(context, queue)
