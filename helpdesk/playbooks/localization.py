"""Replacing every sentence of the library by its translation, and nothing else."""

from collections.abc import Callable
from dataclasses import is_dataclass, replace
from typing import Any, TypeVar

from helpdesk.playbooks.model import Text
from helpdesk.playbooks.model.texts import fields_with_texts

T = TypeVar("T")
Say = Callable[[Text], Text]


def translate_texts(thing: T, say: Say) -> T:
    """Translate the sentences of a library, or of a part of one, with `say`, asked once for
    each."""
    known: dict[str, Text] = {}

    def once(text: Text) -> Text:
        if text.id not in known:
            known[text.id] = say(text)
        return known[text.id]

    whole: T = _Rewording(once).of(thing)
    return whole


class _Rewording:
    """A copy with other sentences; what holds none stays the very same object."""

    def __init__(self, say: Say) -> None:
        self._say = say
        # Pages share many parts, such as the names of services: each is reworded once.
        self._done: dict[int, Any] = {}

    def of(self, thing: Any) -> Any:
        if isinstance(thing, Text):
            return self._say(thing)
        if id(thing) not in self._done:
            self._done[id(thing)] = self._copy(thing)
        return self._done[id(thing)]

    def _copy(self, thing: Any) -> Any:
        if isinstance(thing, tuple):
            parts = tuple(map(self.of, thing))
            same = all(new is old for new, old in zip(parts, thing, strict=True))
            return thing if same else parts
        if is_dataclass(thing) and not isinstance(thing, type):
            old = {name: getattr(thing, name) for name in fields_with_texts(type(thing))}
            new = {name: self.of(part) for name, part in old.items()}
            changed = {name: part for name, part in new.items() if part is not old[name]}
            return replace(thing, **changed) if changed else thing
        return thing
