"""Serializing the model of playbooks as plain data, and back, by the types of the fields.

What is left at its default is left out, so that a new kind of field changes no old hash.
"""

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

KINDS_OF_CONDITION = get_args(Condition)


def serialize(value: Any) -> Any:
    """Serialize a part of the model as plain data."""
    return _writer(value.__class__)(value)


@cache
def _writer(kind: type) -> Callable[[Any], Any]:
    """How values of one kind are written. Asked once for each kind: a page holds thousands."""
    if issubclass(kind, KINDS_OF_CONDITION):
        return conditions.condition_to_data
    if issubclass(kind, StrEnum):
        return attrgetter("value")
    if kind is timedelta:
        return lambda length: int(length.total_seconds())
    if kind is date:
        return date.isoformat
    if kind is tuple:
        return lambda items: [serialize(item) for item in items]
    if is_dataclass(kind):
        # a field without a default has MISSING there, which equals nothing a page can hold
        defaults = tuple((field.name, field.default) for field in fields(kind))
        return partial(_told, defaults)
    return lambda plain: plain


def _told(defaults: tuple[tuple[str, Any], ...], thing: Any) -> dict[str, Any]:
    told = ((name, getattr(thing, name), default) for name, default in defaults)
    return {name: serialize(part) for name, part, default in told if part != default}


def deserialize(kind: Any, data: Any) -> Any:
    """Deserialize a part of the model; `kind` is its type, as a field says it."""
    return None if data is None else _reader(kind)(data)


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """How values of one kind are built. Asked once for each kind, too."""
    if get_origin(kind) in (Union, UnionType):
        parts = tuple(part for part in get_args(kind) if part is not type(None))
        return conditions.condition_from_data if len(parts) > 1 else partial(deserialize, parts[0])
    if get_origin(kind) is tuple:
        of_item = partial(deserialize, get_args(kind)[0])
        return lambda items: tuple(map(of_item, items))
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return lambda told: kind(
            **{name: deserialize(hints[name], part) for name, part in told.items()}
        )
    if kind is timedelta:
        return lambda seconds: timedelta(seconds=seconds)
    if kind is date:
        return date.fromisoformat
    return lambda plain: kind(plain)
