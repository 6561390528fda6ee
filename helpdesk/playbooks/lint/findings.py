"""What a rule found: where, how grave, and how to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from helpdesk.playbooks.rules import Rule
from helpdesk.playbooks.source import BadPlaybook


class Severity(StrEnum):
    """Whether it has to be mended before anybody works with the page, or may wait a little."""

    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """One thing that is not as a rule asks."""

    rule: Rule
    file: str
    line: int
    sentence: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.severity} {self.rule}: {self.sentence}"


def refused(problems: Iterable[BadPlaybook]) -> tuple[Finding, ...]:
    """What reading refused, as findings."""
    return tuple(
        Finding(problem.rule, problem.file, problem.line, problem.reason)
        for one in problems
        for problem in one.all()
    )
