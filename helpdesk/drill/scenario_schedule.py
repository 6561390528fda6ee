"""The schedule of the drill's scenarios: each goes on at its own moments, with the workers in
between."""

from collections.abc import Generator, Iterable
from datetime import datetime
from heapq import heapify, heappop, heappush
from itertools import count

from helpdesk.drill.past_moments import PastMoments

# A scenario yields the moment at which it wants to go on, and is told when that moment has come.
Scenario = Generator[datetime, datetime, None]


def run_scenarios(
    past: PastMoments, scenarios: Iterable[Scenario], *, beginning: datetime, until: datetime
) -> None:
    """Run all scenarios up to `until`; what a scenario wanted later does not happen."""
    numbers = count()
    waiting = [(beginning, next(numbers), play, False) for play in scenarios]
    heapify(waiting)
    while waiting:
        at, _, play, has_begun = heappop(waiting)
        past.run_jobs_until(at)
        try:
            goes_on_at = play.send(at) if has_begun else next(play)
        except StopIteration:
            continue
        if goes_on_at < until:
            heappush(waiting, (goes_on_at, next(numbers), play, True))
    past.run_jobs_until(until)
