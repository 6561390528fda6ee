"""A translatable text: a sentence with its name, and how to find every one of them in a page."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_type_hints


@dataclass(frozen=True)
class Text:
    """A translatable text: a sentence with the name by which a translation finds it.

    In a translated library, `lang` is the language of a sentence that fell back to its source, and
    `is_older` marks one whose source has changed since it was translated.
    """

    id: str
    text: str
    lang: str | None = None
    is_older: bool = False

    def __str__(self) -> str:
        return self.text


def texts_in(thing: Any) -> Iterator[Text]:
    """Every text inside a page or a part of one, in the order of the page."""
    if isinstance(thing, Text):
        yield thing
    elif isinstance(thing, tuple):
        for part in thing:
            yield from texts_in(part)
    elif is_dataclass(thing) and not isinstance(thing, type):
        for name in fields_with_texts(type(thing)):
            yield from texts_in(getattr(thing, name))


@cache
def fields_with_texts(kind: type) -> tuple[str, ...]:
    """The fields of a part that can hold texts: most hold none, and need no look."""
    return _fields_with_texts(kind, frozenset())


def _fields_with_texts(kind: Any, above: frozenset[Any]) -> tuple[str, ...]:
    hints = get_type_hints(kind)
    return tuple(
        field.name for field in fields(kind) if _can_hold(hints[field.name], above | {kind})
    )


def _can_hold(hint: Any, above: frozenset[Any]) -> bool:
    """Whether a sentence can stand in a value of this type; one that holds itself is asked once."""
    if hint is Text:
        return True
    if get_args(hint):
        return any(_can_hold(part, above) for part in get_args(hint))
    return is_dataclass(hint) and hint not in above and bool(_fields_with_texts(hint, above))
