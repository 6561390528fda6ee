"""The worker's door: look(queue), and the outbox says what there is to do."""

import os
from functools import cache

from helpdesk.assembly import open_desk
from helpdesk.core import performing
from helpdesk.core.desk import Desk
from helpdesk.key_files import OF_WORKER
from helpdesk.settings import Settings


@cache
def this_desk(queue: str) -> Desk:
    """The desk of this process; a forked child of a worker opens its own connections."""
    return open_desk(Settings.from_environment(os.environ, holds=OF_WORKER[queue]))


def look(queue: str) -> bool:
    """Perform what is due in a queue, for a minute at most. False if more is due already."""
    desk = this_desk(queue)
    performing.drain(desk, queue, seconds=performing.IN_A_JOB)
    return not performing.is_due(desk, queue)
