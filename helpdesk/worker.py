"""The worker's door: RQ calls look(queue), and the outbox says what there is to do."""

import os
from functools import cache

from helpdesk.assembly import open_desk
from helpdesk.core import performing
from helpdesk.core.desk import Desk
from helpdesk.settings import Settings


@cache
def this_desk() -> Desk:
    """The desk of this process; a forked child of a worker opens its own connections."""
    return open_desk(Settings.from_environment(os.environ))


def look(queue: str) -> int:
    """Perform what is due in a queue; how many promises were looked at."""
    return performing.drain(this_desk(), queue)
