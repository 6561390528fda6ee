"""Lint findings: what a rule found, where, how grave, and how to put it right."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.source import PlaybookError


class LintSeverity(StrEnum):
    """The severity of a finding: whether it has to be put right before anybody works with the page,
    or may wait a little."""

    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class LintFinding:
    """A lint finding: one thing that is not as a rule asks."""

    rule: LintRule
    file: str
    line: int
    sentence: str
    severity: LintSeverity = LintSeverity.ERROR

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.severity} {self.rule}: {self.sentence}"


def findings_from_errors(problems: Iterable[PlaybookError]) -> tuple[LintFinding, ...]:
    """Turn errors of reading into findings."""
    return tuple(
        LintFinding(problem.rule, problem.file, problem.line, problem.reason)
        for one in problems
        for problem in one.all()
    )
