"""A YAML file with its line numbers, so that every refusal can say where it looked."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import yaml

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

ID = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
REFERENCE = re.compile(rf"({ID.pattern})(\.{ID.pattern})?")
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
DURATION = re.compile(r"([1-9]\d*)(m|h|d)")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class BadPlaybook(Exception):
    """A written page that cannot be used; the sentence names the file, the line and the reason."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}, line {line}: {reason}")
        self.file = file
        self.line = line
        self.reason = reason


@dataclass(frozen=True)
class Piece:
    """One value of a file and the line it stands on. Asking for the wrong kind refuses the file."""

    value: Any
    file: str
    line: int

    def refuse(self, reason: str) -> NoReturn:
        """Stop reading: this place is wrong."""
        raise BadPlaybook(self.file, self.line, reason)

    def text(self) -> str:
        """A sentence or a word, with its line ends folded into spaces."""
        if not isinstance(self.value, str):
            self.refuse(f"here must be text; put {self.value!r} in quotes if it is meant as words")
        words = " ".join(self.value.split())
        if not words:
            self.refuse("here must be text, and there is none")
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
            self.refuse(f"here must be true or false, not {self.value!r}")
        return self.value

    def number(self) -> int:
        """A whole number."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            self.refuse(f"here must be a whole number, not {self.value!r}")
        return self.value

    def day(self) -> date:
        """A day, as in 2025-11-01."""
        if type(self.value) is not date:
            self.refuse(f"here must be a day such as 2025-11-01, not {self.value!r}")
        return self.value

    def items(self) -> list["Piece"]:
        """The entries of a list."""
        if not isinstance(self.value, list):
            self.refuse("here must be a list")
        return self.value

    def pairs(self) -> dict[str, "Piece"]:
        """The entries of a mapping whose keys the writer chooses."""
        if not isinstance(self.value, dict):
            self.refuse("here must be keys with values")
        return self.value

    def fields(self, must: str = "", may: str = "") -> "Fields":
        """The entries of a mapping whose keys are fixed; any other key refuses the file."""
        pairs, required, allowed = self.pairs(), must.split(), {*must.split(), *may.split()}
        for key, piece in pairs.items():
            if key not in allowed:
                piece.refuse(
                    f"nobody knows the key '{key}'; known here: {', '.join(sorted(allowed))}"
                )
        for key in required:
            if key not in pairs:
                self.refuse(f"the key '{key}' is missing")
        return Fields(pairs)

    def only_field(self, may: str) -> tuple[str, "Piece"]:
        """The one key of a mapping that says a single thing, with its value."""
        self.fields(may=may)
        if len(self.pairs()) != 1:
            self.refuse(f"here must be exactly one of: {', '.join(may.split())}")
        return next(iter(self.pairs().items()))

    def one_of(self, words: type[E]) -> E:
        """One of a fixed set of words."""
        word = self.text()
        if word not in set(words):
            self.refuse(f"'{word}' is not one of: {', '.join(words)}")
        return words(word)

    def _matching(self, pattern: re.Pattern[str], complaint: str) -> str:
        word = self.text()
        if not pattern.fullmatch(word):
            self.refuse(f"'{word}' {complaint}")
        return word


class Fields:
    """The known keys of one mapping; one that may be left out is read with a default."""

    def __init__(self, pairs: dict[str, Piece]) -> None:
        self._pairs = pairs

    def __getitem__(self, key: str) -> Piece:
        return self._pairs[key]

    def __contains__(self, key: str) -> bool:
        return key in self._pairs

    def read(self, key: str, how: Callable[[Piece], T], otherwise: T) -> T:
        """The value of a key, or what holds when it is left out."""
        return how(self._pairs[key]) if key in self._pairs else otherwise

    def list_of(self, key: str, how: Callable[[Piece], T]) -> tuple[T, ...]:
        """Every entry of a list; a list left out is empty."""
        return tuple(how(item) for item in self._pairs[key].items()) if key in self else ()


def read_file(path: Path, name: str) -> Piece:
    """The whole file as pieces. `name` is what messages call it."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        raise BadPlaybook(name, 1, "the file is missing or cannot be read") from None
    except UnicodeDecodeError:
        raise BadPlaybook(name, 1, "this is not text in UTF-8") from None
    return read_text(text, name)


def read_text(text: str, name: str) -> Piece:
    """A text as pieces. `name` is what messages call it."""
    try:
        loader = _PlainLoader(text)
        node = loader.get_single_node()
        if node is None:
            raise BadPlaybook(name, 1, "the file is empty")
        return _pieces(loader, node, name)
    except yaml.MarkedYAMLError as broken:
        line = broken.problem_mark.line + 1 if broken.problem_mark else 1
        raise BadPlaybook(name, line, f"this is not YAML: {broken.problem}") from None
    except yaml.YAMLError:
        raise BadPlaybook(name, 1, "this is not YAML: it holds signs that are no text") from None
    except RecursionError:
        raise BadPlaybook(name, 1, "this is nested deeper than anybody could read") from None


class _PlainLoader(yaml.SafeLoader):
    """The safe loader, without anchors: a page that repeats itself says so in words."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "anchor", None) is not None:
            raise yaml.MarkedYAMLError(
                problem="anchors and aliases (& and *) are not used here",
                problem_mark=event.start_mark,
            )
        return super().compose_node(parent, index)


def _pieces(loader: yaml.SafeLoader, node: yaml.Node, file: str) -> Piece:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return Piece([_pieces(loader, item, file) for item in node.value], file, line)
    if isinstance(node, yaml.MappingNode):
        return Piece(_mapping(loader, node, file), file, line)
    try:
        value = loader.construct_object(node)
    except (yaml.YAMLError, ValueError):
        raise BadPlaybook(file, line, f"'{node.value}' cannot be read") from None
    return Piece(value, file, line)


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode, file: str) -> dict[str, Piece]:
    pairs: dict[str, Piece] = {}
    for key_node, value_node in node.value:
        key = _pieces(loader, key_node, file)
        if not isinstance(key.value, str):
            key.refuse(f"a key must be a word; put {key.value!r} in quotes")
        if key.value in pairs:
            key.refuse(f"the key '{key.value}' stands here twice")
        value = _pieces(loader, value_node, file)
        # a list or mapping begins on the next line; its own key is where a person looks
        pairs[key.value] = Piece(value.value, file, key.line)
    return pairs
