"""Why a file is refused: one place and one reason, or several at once, each under its rule."""

from collections.abc import Iterator
from contextlib import contextmanager

from helpdesk.playbooks.rules import Rule


class BadPlaybook(Exception):
    """A written page that cannot be used; the sentence names the file, the line and the reason.

    `others` are further things that are wrong, found on the way.
    """

    def __init__(self, file: str, line: int, reason: str, rule: Rule = Rule.SCHEMA) -> None:
        super().__init__(f"{file}, line {line}: {reason}")
        self.file = file
        self.line = line
        self.reason = reason
        self.rule = rule
        self.others: tuple[BadPlaybook, ...] = ()

    def all(self) -> tuple["BadPlaybook", ...]:
        """This one and the others."""
        return (self, *self.others)


class Gathered:
    """Reads one thing after another, and says at the end what was wrong with all of them."""

    def __init__(self) -> None:
        self._problems: list[BadPlaybook] = []

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Read something here; if it is refused, note that and go on."""
        try:
            yield
        except BadPlaybook as problem:
            self._problems += problem.all()

    def settle(self) -> None:
        """Refuse, if anything was refused: the first thing, with the others beside it."""
        if self._problems:
            first, *rest = self._problems
            first.others = tuple(rest)
            raise first
