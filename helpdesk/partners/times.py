"""How long a partner has, by priority: what we ask for where nothing else was agreed."""

from datetime import timedelta
from typing import Final

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)

# Until a first sign: an acknowledgement, a question or a decision.
ANSWER_WITHIN: Final = {"p1": 2 * _HOUR, "p2": 12 * _HOUR, "p3": 2 * _DAY, "p4": 5 * _DAY}
# Until a decision, counted from when the request was carried to them.
DECIDE_WITHIN: Final = {"p1": 24 * _HOUR, "p2": 72 * _HOUR, "p3": 14 * _DAY, "p4": 30 * _DAY}


def as_seconds(times: dict[str, timedelta]) -> dict[str, int]:
    return {priority: int(time.total_seconds()) for priority, time in times.items()}
