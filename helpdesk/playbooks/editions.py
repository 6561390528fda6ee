"""One edition of a page as data: stored beside the runs that stand on it, and named by its hash.

What is left at its default is left out, so that a new kind of field changes no old hash.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache, partial
from operator import attrgetter
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from helpdesk.playbooks import conditions
from helpdesk.playbooks.conditions import Condition
from helpdesk.playbooks.pages import Playbook

FORMAT = 1
KINDS_OF_CONDITION = get_args(Condition)


def to_json(playbook: Playbook) -> str:
    """The page as canonical JSON: the same page gives the same bytes, always."""
    return json.dumps(
        {"format": FORMAT, "playbook": _data_of(playbook)},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )


def from_json(text: str) -> Playbook:
    """The page of a stored edition."""
    stored = json.loads(text)
    if stored["format"] != FORMAT:
        raise ValueError(f"This edition has format {stored['format']}; we read {FORMAT}.")
    playbook: Playbook = _built(Playbook, stored["playbook"])
    return playbook


def content_hash(playbook: Playbook) -> str:
    """The name of exactly these words and rules: SHA-256 over the canonical JSON."""
    return hash_of(to_json(playbook))


def hash_of(content: str) -> str:
    """The name of an edition as it is stored."""
    return hashlib.sha256(content.encode()).hexdigest()


def _data_of(value: Any) -> Any:
    return _writer(value.__class__)(value)


@cache
def _writer(kind: type) -> Callable[[Any], Any]:
    """How values of one kind are written. Asked once for each kind: a page holds thousands."""
    if issubclass(kind, KINDS_OF_CONDITION):
        return conditions.to_data
    if issubclass(kind, StrEnum):
        return attrgetter("value")
    if kind is timedelta:
        return lambda length: int(length.total_seconds())
    if kind is date:
        return date.isoformat
    if kind is tuple:
        return lambda items: [_data_of(item) for item in items]
    if is_dataclass(kind):
        # a field without a default has MISSING there, which equals nothing a page can hold
        defaults = tuple((field.name, field.default) for field in fields(kind))
        return partial(_told, defaults)
    return lambda plain: plain


def _told(defaults: tuple[tuple[str, Any], ...], thing: Any) -> dict[str, Any]:
    told = ((name, getattr(thing, name), default) for name, default in defaults)
    return {name: _data_of(part) for name, part, default in told if part != default}


def _built(kind: Any, data: Any) -> Any:
    if data is None:
        return None
    if get_origin(kind) in (Union, UnionType):
        parts = tuple(part for part in get_args(kind) if part is not type(None))
        return conditions.from_data(data) if len(parts) > 1 else _built(parts[0], data)
    if get_origin(kind) is tuple:
        return tuple(_built(get_args(kind)[0], item) for item in data)
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{name: _built(hints[name], item) for name, item in data.items()})
    if kind is timedelta:
        return timedelta(seconds=data)
    if kind is date:
        return date.fromisoformat(data)
    return kind(data)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
