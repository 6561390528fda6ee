"""Why a file is refused: one place and one reason, or several at once, each under its rule."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")
P = TypeVar("P")


class Rule(StrEnum):
    """The rules that reading itself holds up. The others are held up by the lint."""

    SCHEMA = "L01"
    IDS = "L02"
    REFERENCES = "L03"
    CIRCLES = "L05"
    WAYS_OUT = "L07"
    SKIPPABLE = "L08"
    LEGAL_VALUES = "L09"
    DANGER_FIRST = "L10"
    ADVICE = "L11"
    GATES = "L13"
    PACKETS = "L14"
    FOUR_ENDS = "L15"
    FLOORS = "L16"
    LINKS = "L21"
    TAGS = "L24"


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

    def reading(self, how: Callable[[P], T], piece: P) -> tuple[T, ...]:
        """What was read, alone in a tuple; an empty one if the piece was refused."""
        try:
            return (how(piece),)
        except BadPlaybook as problem:
            self._problems += problem.all()
            return ()

    def checking(self, how: Callable[[], None]) -> None:
        """Check something, and go on if it was refused."""
        try:
            how()
        except BadPlaybook as problem:
            self._problems += problem.all()

    def settle(self) -> None:
        """Refuse, if anything was refused: the first thing, with the others beside it."""
        if self._problems:
            first, *rest = self._problems
            first.others = tuple(rest)
            raise first
