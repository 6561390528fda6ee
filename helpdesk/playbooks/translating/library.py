"""The same library in another language: every sentence replaced, nothing else touched."""

from collections.abc import Callable, Mapping
from dataclasses import is_dataclass, replace
from typing import Any

from helpdesk.playbooks.library import Library
from helpdesk.playbooks.pages import Text
from helpdesk.playbooks.pages.texts import fields_with_texts
from helpdesk.playbooks.translating.kinds import Kind, meanings
from helpdesk.playbooks.translating.words import Part, Translated

Say = Callable[[Text], Text]


def translated(library: Library, parts: Mapping[str, Part]) -> Library:
    """The library with every sentence that these parts hold, and its own words for the rest."""
    texts = {key: said for part in parts.values() for key, said in part.texts.items()}
    meant, source, known = meanings(library), library.collection.language, dict[str, Text]()

    def say(text: Text) -> Text:
        if text.id not in known:
            known[text.id] = _say(text, texts.get(text.id), meant[text.id].kind, source)
        return known[text.id]

    whole: Library = _Rewording(say).of(library)
    return whole


def can_be_said(text: str, said: Translated | None, kind: Kind) -> bool:
    """Whether a translation is shown. Where old or unread words could harm, only fresh ones are."""
    if said is None:
        return False
    return not kind.falls_back or (said.is_fresh(text) and not said.is_draft)


def _say(text: Text, said: Translated | None, kind: Kind, source: str) -> Text:
    if said is None or not can_be_said(text.text, said, kind):
        return replace(text, lang=source)
    return replace(text, text=said.text, is_older=not said.is_fresh(text.text))


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
