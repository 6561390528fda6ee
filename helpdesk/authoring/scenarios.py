"""Scenarios: made-up people whose way through a page is written down, with what must happen."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from helpdesk.cases.levels import Level
from helpdesk.playbooks.conditions import Value

# An outcome that every step can have in a script: it was left out.
SKIPPED = "skipped"


@dataclass(frozen=True)
class SimulationScript:
    """The script of a simulation: what somebody answers, and how each step goes that does not go
    the usual way.

    `facts` were known before the first step, `evidence` is what gets written down on the way.
    """

    answers: Mapping[str, Value] = field(default_factory=dict)
    outcomes: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class ExpectedResult:
    """The expected result of a scenario, and the line on which each part of it is written."""

    level: Level
    rule: str
    flags: tuple[str, ...]
    steps: tuple[str, ...]
    lines: Mapping[str, int]
    end: str | None = None
    playbook: str | None = None


@dataclass(frozen=True)
class Scenario:
    """A scenario: one made-up person, from the first answer to the end, and where that is
    written."""

    id: str
    says: str
    script: SimulationScript
    expected: ExpectedResult
    file: str
    line: int
