"""Errors of reading: why a file is refused, one place and one reason, or several at once, each
under its rule."""

from collections.abc import Iterator
from contextlib import contextmanager

from helpdesk.authoring.lint_rules import LintRule


class PlaybookError(Exception):
    """Raised if a written page cannot be used; the sentence names the file, the line and the
    reason.

    `others` are further things that are wrong, found on the way.
    """

    def __init__(self, file: str, line: int, reason: str, rule: LintRule = LintRule.SCHEMA) -> None:
        super().__init__(f"{file}, line {line}: {reason}")
        self.file = file
        self.line = line
        self.reason = reason
        self.rule = rule
        self.others: tuple[PlaybookError, ...] = ()

    def all(self) -> tuple["PlaybookError", ...]:
        """This one and the others."""
        return (self, *self.others)


class ErrorCollector:
    """Collects errors: reads one thing after another, and says at the end what was wrong with all
    of them."""

    def __init__(self) -> None:
        self._problems: list[PlaybookError] = []

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Read something here; if it is refused, note that and go on."""
        try:
            yield
        except PlaybookError as problem:
            self._problems += problem.all()

    def raise_collected(self) -> None:
        """Refuse, if anything was refused: the first thing, with the others beside it."""
        if self._problems:
            first, *rest = self._problems
            first.others = tuple(rest)
            raise first
