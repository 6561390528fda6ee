"""Trial: what was done to the house, what it acknowledged meanwhile, and what the judge found."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic


@dataclass
class Trial:
    """One trial. It holds when the judge found no fault."""

    name: str
    seed: int
    done: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.faults

    @contextmanager
    def timed(self) -> Iterator["Trial"]:
        began = monotonic()
        yield self
        self.seconds = monotonic() - began

    def lines(self) -> list[str]:
        """What happened, for whoever reads the terminal."""
        verdict = "holds" if self.holds else f"{len(self.faults)} FAULTS"
        told = [f"{self.name}: {verdict} (seed {self.seed}, {self.seconds:.0f} s)"]
        told.append(f"    acknowledged: {self.acknowledged}; {_counted(self.done)}")
        told.append(f"    kill -9: {sum(self.kills.values())}; {_counted(self.kills)}")
        return [*told, *(f"    FAULT {one}" for one in self.faults[:10])]


def dice(seed: float | str) -> random.Random:
    """Chance that comes out the same for the same seed."""
    return random.Random(seed)  # noqa: S311 - nothing here is a secret


def _counted(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counter.items())) or "none"
