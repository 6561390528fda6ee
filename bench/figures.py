"""Figures: what one bench found, as a table for people and as JSON for comparing."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from bench.load import Run

PERCENTILES = (50, 95, 99)


@dataclass(frozen=True)
class Timing:
    """How many a second, and within how many milliseconds so many percent were answered."""

    per_second: float
    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, run: Run) -> "Timing":
        return cls(run.per_second, *(run.percentile(percent) for percent in PERCENTILES))

    @classmethod
    def median_of(cls, timings: list["Timing"]) -> "Timing":
        """Figure by figure, so that one disturbed round does not stand for all."""
        rows = [list(asdict(one).values()) for one in timings]
        return cls(*(median(column) for column in zip(*rows, strict=True)))


@dataclass(frozen=True)
class Aim:
    """Something that the figures should show, and whether they do."""

    sentence: str
    wanted: float
    found: float
    at_least: bool

    @property
    def is_met(self) -> bool:
        return self.found >= self.wanted if self.at_least else self.found <= self.wanted

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        verdict = "met" if self.is_met else "NOT MET"
        return f"{self.sentence}: {self.found:.2f} (aim {sign} {self.wanted:g}) {verdict}"


@dataclass
class Figures:
    """Everything that one bench found."""

    machine: dict[str, str]
    timings: dict[str, Timing] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    aims: list[Aim] = field(default_factory=list)

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")

    def lines(self) -> list[str]:
        """The table."""
        told = [f"{name}: {value}" for name, value in self.machine.items()]
        told += ["", f"{'':<44}{'per s':>9}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}"]
        for name, one in self.timings.items():
            told.append(
                f"{name:<44}{one.per_second:>9.0f}{one.p50:>9.2f}{one.p95:>9.2f}{one.p99:>9.2f}"
            )
        told += ["", *(f"{name:<44}{size:>9,} bytes" for name, size in self.bytes.items())]
        told += ["", *(f"{name:<44}{size:>9.0f} MB" for name, size in self.memory.items())]
        told += ["", *(f"{name:<44}{took:>9.1f} s" for name, took in self.seconds.items())]
        return [*told, "", *map(str, self.aims)]
