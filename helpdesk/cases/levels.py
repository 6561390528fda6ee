"""How urgent a case is: four levels, in order. A level is a decision about time, never a score."""

from collections.abc import Iterable
from enum import StrEnum


class Level(StrEnum):
    """A level of urgency: what we do by when. Triage decides it and says why."""

    ROUTINE = "routine"
    SOON = "soon"
    URGENT = "urgent"
    IMMEDIATE = "immediate"

    @property
    def rank(self) -> int:
        """Its place in the order, for comparing and sorting: a higher one waits less."""
        return list(Level).index(self)


def highest_level(levels: Iterable[Level]) -> Level:
    """The level that holds when several are true at once: nothing ever averages urgency away."""
    return max(levels, key=lambda level: level.rank)
