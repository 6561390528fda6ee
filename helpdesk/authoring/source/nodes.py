"""Nodes of a YAML file: its values with their lines, so that every refusal can say where it
looked."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, NoReturn, TypeVar

from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.source.errors import ErrorCollector, PlaybookError

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

ID = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
REFERENCE = re.compile(rf"({ID.pattern})(\.{ID.pattern})?")
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
DURATION = re.compile(r"([1-9]\d*)(m|h|d)")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Node:
    """A node: one value of a file and the line it stands on. Asking for the wrong kind refuses the
    file.

    A plain class: some thirty thousand are made at the start, and a frozen dataclass costs thrice.
    """

    __slots__ = ("file", "line", "value")

    def __init__(self, value: Any, file: str, line: int) -> None:
        self.value, self.file, self.line = value, file, line

    def refuse(self, reason: str, *, rule: LintRule = LintRule.SCHEMA) -> NoReturn:
        """Stop reading: this place is wrong, and the rule says in which way."""
        raise PlaybookError(self.file, self.line, reason, rule)

    def text(self) -> str:
        """A sentence or a word, with its line ends folded into spaces."""
        if not isinstance(self.value, str):
            self.refuse(f"this must be text; put {self.value!r} in quotes if it is meant as words")
        words = " ".join(self.value.split())
        if not words:
            self.refuse("this must be text, and it is empty")
        return words

    def id(self) -> str:
        """A name that never changes: small letters, digits, - and _."""
        return self._matching(ID, "is not an id: use small letters, digits, - and _")

    def reference(self) -> str:
        """An id, or one inside a fragment: first-contact.safe-channel."""
        return self._matching(REFERENCE, "is not a reference: write an id, or fragment.id")

    def version(self) -> str:
        """Three numbers: a meaning was removed, something was added, words were changed."""
        return self._matching(VERSION, "is not a version: write three numbers, as in 1.0.0")

    def duration(self) -> timedelta:
        """A length of time: 30m, 2h, 7d."""
        written = self._matching(DURATION, "is not a length of time: write 30m, 2h or 7d")
        number, unit = int(written[:-1]), written[-1]
        return timedelta(**{UNITS[unit]: number})

    def flag(self) -> bool:
        """Yes or no."""
        if not isinstance(self.value, bool):
            self.refuse(f"this must be true or false, not {self.value!r}")
        return self.value

    def number(self) -> int:
        """A whole number."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            self.refuse(f"this must be a whole number, not {self.value!r}")
        return self.value

    def day(self) -> date:
        """A day, as in 2025-11-01."""
        if type(self.value) is not date:
            self.refuse(f"this must be a day such as 2025-11-01, not {self.value!r}")
        return self.value

    def items(self) -> list["Node"]:
        """The entries of a list."""
        if not isinstance(self.value, list):
            self.refuse("this must be a list")
        return self.value

    def each(self, how: Callable[["Node"], T]) -> tuple[T, ...]:
        """Every entry, read. What is wrong with one does not hide what is wrong with the next."""
        gathered, read = ErrorCollector(), list[T]()
        for item in self.items():
            with gathered.collecting():
                read.append(how(item))
        gathered.raise_collected()
        return tuple(read)

    def pairs(self) -> dict[str, "Node"]:
        """The entries of a mapping whose keys the writer chooses."""
        if not isinstance(self.value, dict):
            self.refuse("this must be keys with values")
        return self.value

    def fields(self, must: str = "", may: str = "") -> "Fields":
        """The entries of a mapping whose keys are fixed; any other key refuses the file."""
        pairs = self.pairs()
        required, allowed = _keys(must, may)
        for key, node in pairs.items():
            if key not in allowed:
                node.refuse(f"unknown key '{key}'; known here: {', '.join(sorted(allowed))}")
        for key in required:
            if key not in pairs:
                self.refuse(f"the key '{key}' is missing")
        return Fields(pairs)

    def only_field(self, may: str) -> tuple[str, "Node"]:
        """The one key of a mapping that says a single thing, with its value."""
        self.fields(may=may)
        if len(self.pairs()) != 1:
            self.refuse(f"this must be exactly one of: {', '.join(may.split())}")
        return next(iter(self.pairs().items()))

    def one_of(self, words: type[E]) -> E:
        """One of a fixed set of words."""
        word = self.text()
        try:
            return words(word)
        except ValueError:
            self.refuse(f"'{word}' is not one of: {', '.join(words)}")

    def _matching(self, pattern: re.Pattern[str], complaint: str) -> str:
        word = self.text()
        if not pattern.fullmatch(word):
            self.refuse(f"'{word}' {complaint}")
        return word


class Fields:
    """The fields of one mapping, of known keys; one that may be left out is read with a default."""

    def __init__(self, pairs: dict[str, Node]) -> None:
        self._pairs = pairs

    def __getitem__(self, key: str) -> Node:
        return self._pairs[key]

    def __contains__(self, key: str) -> bool:
        return key in self._pairs

    def read(self, key: str, how: Callable[[Node], T], otherwise: T) -> T:
        """The value of a key, or what holds when it is left out."""
        return how(self._pairs[key]) if key in self._pairs else otherwise

    def list_of(self, key: str, how: Callable[[Node], T]) -> tuple[T, ...]:
        """Every entry of a list; a list left out is empty."""
        return self._pairs[key].each(how) if key in self else ()


@cache
def _keys(must: str, may: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """The keys that there must be, and all that there may be."""
    required = tuple(must.split())
    return required, frozenset((*required, *may.split()))
