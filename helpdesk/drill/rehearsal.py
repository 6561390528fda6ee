"""The rehearsal: every play goes on at its own moments, with the workers in between."""

from collections.abc import Generator, Iterable
from datetime import datetime
from heapq import heapify, heappop, heappush
from itertools import count

from helpdesk.drill.stage import Stage

# A play yields the moment at which it wants to go on, and is told when that moment has come.
Play = Generator[datetime, datetime, None]


def rehearse(stage: Stage, plays: Iterable[Play], *, beginning: datetime, until: datetime) -> None:
    """Play everything that lies before `until`; what a play wanted later does not happen."""
    numbers = count()
    waiting = [(beginning, next(numbers), play, False) for play in plays]
    heapify(waiting)
    while waiting:
        at, _, play, has_begun = heappop(waiting)
        stage.workers_until(at)
        try:
            goes_on_at = play.send(at) if has_begun else next(play)
        except StopIteration:
            continue
        if goes_on_at < until:
            heappush(waiting, (goes_on_at, next(numbers), play, True))
    stage.workers_until(until)
