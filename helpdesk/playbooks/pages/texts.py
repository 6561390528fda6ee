"""A sentence with its name, and how to find every one of them in a page."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any


@dataclass(frozen=True)
class Text:
    """A sentence with the name by which a translation finds it.

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
    """Every sentence inside a page or a part of one, in the order of the page."""
    if isinstance(thing, Text):
        yield thing
    elif is_dataclass(thing):
        for field in fields(thing):
            yield from texts_in(getattr(thing, field.name))
    elif isinstance(thing, tuple):
        for part in thing:
            yield from texts_in(part)
