"""Parsing YAML files into nodes, straight from the parser's events.

The events come from libyaml where PyYAML has it, which every wheel does: some thirty times faster
than the parser in Python, and the same to look at. Nothing is composed that we then walk again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, NoReturn

import yaml

from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.source.errors import PlaybookError
from helpdesk.authoring.source.nodes import Node

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT = "tag:yaml.org,2002:str"
# A value that begins otherwise can be neither a number nor a day, neither true nor nothing.
_MAY_BE_MORE = frozenset(first or "" for first in yaml.SafeLoader.yaml_implicit_resolvers)
# No number or day is longer; one in base 60 would be added up digit by digit.
_LONGEST_NUMBER = 60
_MAY_BE_MARKED = frozenset(
    (yaml.ScalarEvent, yaml.SequenceStartEvent, yaml.MappingStartEvent, yaml.AliasEvent)
)


def read_yaml_file(path: Path, name: str) -> Node:
    """Read a YAML file as nodes. `name` is what messages call it."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        raise PlaybookError(name, 1, "the file is missing or cannot be read") from None
    except UnicodeDecodeError:
        raise PlaybookError(name, 1, "this is not text in UTF-8") from None
    return parse_yaml_text(text, name)


@contextmanager
def cache_read_files() -> Iterator[None]:
    """Cache the files that are read within this: several rules look at the same ones."""
    if _read_already.get() is not None:
        yield
        return
    token = _read_already.set({})
    try:
        yield
    finally:
        _read_already.reset(token)


def parse_yaml_text(text: str, name: str) -> Node:
    """Parse a YAML text as nodes. `name` is what messages call it."""
    known = _read_already.get()
    if known is None:
        return _pieces(text, name)
    if (name, text) not in known:
        known[name, text] = _pieces(text, name)
    return known[name, text]


def _pieces(text: str, name: str) -> Node:
    try:
        return _Reading(_Loader(text), name).document()
    except yaml.MarkedYAMLError as broken:
        line = broken.problem_mark.line + 1 if broken.problem_mark else 1
        raise PlaybookError(name, line, f"this is not YAML: {broken.problem}") from None
    except yaml.YAMLError:
        raise PlaybookError(
            name, 1, "this is not YAML: it has characters that are not text"
        ) from None
    except RecursionError:
        raise PlaybookError(name, 1, "this is nested too deeply to read") from None


_read_already: ContextVar[dict[tuple[str, str], Node] | None] = ContextVar("_", default=None)


class _Reading:
    """The one document of a file. A page that repeats itself says so in words, without anchors."""

    def __init__(self, loader: Any, file: str) -> None:
        self._loader, self._file = loader, file

    def document(self) -> Node:
        self._loader.get_event()  # the stream begins
        if isinstance(self._loader.get_event(), yaml.StreamEndEvent):
            raise PlaybookError(self._file, 1, "the file is empty")
        whole = self._piece(self._next())
        self._loader.get_event()  # the document ends
        after = self._loader.get_event()
        if not isinstance(after, yaml.StreamEndEvent):
            self._refuse(after, "a second page begins here; write one page in one file")
        return whole

    def _piece(self, event: Any) -> Node:
        line = event.start_mark.line + 1
        kind = type(event)
        if kind is yaml.ScalarEvent:
            return Node(self._scalar(event), self._file, line)
        if kind is yaml.SequenceStartEvent:
            items: list[Node] = []
            while type(inner := self._next()) is not yaml.SequenceEndEvent:
                items.append(self._piece(inner))
            return Node(items, self._file, line)
        return Node(self._mapping(), self._file, line)

    def _mapping(self) -> dict[str, Node]:
        pairs: dict[str, Node] = {}
        while type(event := self._next()) is not yaml.MappingEndEvent:
            key = self._piece(event)
            if isinstance(key.value, bool):
                # YAML takes on, off, yes and no for true and false; as a key each is only a word
                key.value = event.value
            if not isinstance(key.value, str):
                key.refuse(f"a key must be a word; put {key.value!r} in quotes")
            if key.value in pairs:
                key.refuse(f"the key '{key.value}' is here twice", rule=LintRule.IDS)
            value = self._piece(self._next())
            # a list or mapping begins on the next line; its own key is where a person looks
            value.line = key.line
            pairs[key.value] = value
        return pairs

    def _scalar(self, event: Any) -> Any:
        value = event.value
        if not event.implicit[0] or value[:1] not in _MAY_BE_MORE:
            return value  # in quotes, a text of several lines, or nothing but words
        tag = self._loader.resolve(yaml.ScalarNode, value, event.implicit)
        if tag == _TEXT:
            return value
        if len(value) > _LONGEST_NUMBER:
            self._refuse(event, f"'{value[:_LONGEST_NUMBER]}…' cannot be read")
        try:
            return self._loader.construct_object(yaml.ScalarNode(tag, value))
        except (yaml.YAMLError, ValueError, ArithmeticError):
            self._refuse(event, f"'{value}' cannot be read")

    def _next(self) -> Any:
        event = self._loader.get_event()
        if type(event) in _MAY_BE_MARKED:
            if event.anchor is not None:
                self._refuse(event, "anchors and aliases (& and *) are not used here")
            if getattr(event, "tag", None) is not None:
                self._refuse(event, "tags (!) are not used here")
        return event

    def _refuse(self, event: Any, reason: str) -> NoReturn:
        Node(None, self._file, event.start_mark.line + 1).refuse(reason)
