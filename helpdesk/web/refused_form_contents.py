"""Refused forms as they came: their words and choices go back to whoever sent them.

Every page that says no to a form shows it by this, in the words of the page it came from. Where it
can be sent once more, all of it is in the form of that page: ticks, radios and lists, too.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeVar

from flask import current_app, g, has_request_context, request
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField
from wtforms.fields.choices import SelectFieldBase

from helpdesk.settings import Surface
from helpdesk.web.current_app_context import current_surface
from helpdesk.web.form_tokens import FIELD
from helpdesk.web.request_bodies import is_form_cheap_to_parse
from helpdesk.web.typed_field_names import ASKED, is_text_field

# What opens something is typed again rather than written into a page.
NEVER_REPEATED: Final = frozenset({"passphrase", "again", "current", "recovery_key"})
NEVER_SHOWN: Final = NEVER_REPEATED | {"code", FIELD}
HELD_BACK: Final = NEVER_REPEATED | {FIELD}

Pair = tuple[str, str]
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class RefusedForm:
    """A refused form: all that came with it, but what opens something."""

    fields: tuple[Pair, ...] = ()

    @classmethod
    def now(cls, *, most_letters: int | None = None) -> "RefusedForm":
        """This request's form. With a limit, what makes it too long is left empty, longest first:
        whoever pasted so much has it elsewhere, and has their other answers from us."""
        sent = request.form.items(multi=True) if is_form_cheap_to_parse() else ()
        pairs = [(name, value) for name, value in sent if name not in HELD_BACK]
        return cls(tuple(pairs if most_letters is None else _shortened(pairs, most_letters)))

    @property
    def written(self) -> list[tuple[str, str, str]]:
        """The words in it: the field, what it asks for, and what was written."""
        return [
            (name, _question(name), value)
            for name, value in self.fields
            if name not in NEVER_SHOWN and is_text_field(name, value)
        ]

    @property
    def chosen(self) -> list[tuple[Any, Any]]:
        """What was ticked and picked: the question, and the choice in the words of the page."""
        return [found for pair in self.fields if (found := _choice(*pair)) is not None]

    @property
    def unwritten(self) -> list[Pair]:
        """All but the words: choices, and what the page knew. They travel along unseen."""
        written = {name for name, _, _ in self.written}
        return [pair for pair in self.fields if pair[0] not in written]


def register_request_form(form: Any) -> None:
    """Register a form that this request is read by: it knows what its choices are called."""
    if has_request_context() and request.method == "POST":
        g.setdefault("forms_here", []).append(form)


def declare_form_reader(read: Callable[[], Any]) -> Callable[[View], View]:
    """Declare what reads a view's form, for a refusal before the view has read it."""

    def mark(view: View) -> View:
        view.read_by = read  # type: ignore[attr-defined]  # a mark on a function
        return view

    return mark


def _shortened(pairs: Iterable[Pair], most: int) -> Iterator[Pair]:
    pairs = list(pairs)
    left, kept = most, set()
    for place in sorted(range(len(pairs)), key=lambda at: len(pairs[at][1])):
        left -= len(pairs[place][1])
        if left >= 0:
            kept.add(place)
    return ((name, value if at in kept else "") for at, (name, value) in enumerate(pairs))


def _forms() -> list[Any]:
    view: Any = current_app.view_functions.get(str(request.endpoint))
    if "forms_here" not in g and hasattr(view, "read_by"):
        view.read_by()
    return list(g.get("forms_here", ()))


def _field(name: str) -> Any:
    return next((form[name] for form in _forms() if name in form), None)


def _question(name: str) -> Any:
    """What a field asks. What was remembered without its form is in the words of the house."""
    field = _field(name)
    if field is not None and not isinstance(field, HiddenField):
        return field.label.text
    return "" if current_surface() is Surface.PUBLIC else ASKED.get(name, "")


def _choice(name: str, value: str) -> tuple[Any, Any] | None:
    """A choice in words; None for words, for what the page knew, and for what is not on offer."""
    if not value:
        return None
    field = _field(name)
    if field is None:
        known = _choices_of_the_house().get((name, value), ())
        return known[0] if len(known) == 1 else None
    return dict(_choices_of(field)).get((name, value))


@cache
def _choices_of_the_house() -> dict[Pair, list[tuple[Any, Any]]]:
    """By name and value: the question and the choice, where no view and no playbook decides it."""
    known: dict[Pair, list[tuple[Any, Any]]] = {}
    for form in _forms_of_the_house(FlaskForm):
        for field in form(None, meta={"csrf": False}):
            for pair, words in _choices_of(field):
                if words not in known.setdefault(pair, []):
                    known[pair].append(words)
    return known


def _forms_of_the_house(above: type[Any]) -> Iterator[type[Any]]:
    """The forms that stand in a module by their name: those made for one page do not."""
    for form in above.__subclasses__():
        if getattr(sys.modules.get(form.__module__), form.__name__, None) is form:
            yield form
        yield from _forms_of_the_house(form)


def _choices_of(field: Any) -> Iterator[tuple[Pair, tuple[Any, Any]]]:
    if isinstance(field, BooleanField):
        yield (field.name, "y"), (None, field.label.text)
    elif isinstance(field, SelectFieldBase) and field.choices:
        for one in field.iter_choices():
            yield (field.name, str(one.value)), (field.label.text, one.label)
