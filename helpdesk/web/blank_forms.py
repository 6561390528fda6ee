"""Blank forms, rendered once: of a form that nobody has typed anything into, all is the same on
every page.

The page of a case has seven, folded away. Each is made once, and each of its fields written once;
its token is put beside them on each page (`cases/_token.html`).
"""

from collections.abc import Hashable
from functools import cache, lru_cache
from typing import Any, TypeVar, cast

from flask import Flask
from jinja2.runtime import Macro
from wtforms import Form

FIELDS_KEPT = 128

AnyForm = TypeVar("AnyForm", bound=Form)


def init_app(app: Flask) -> None:
    """Give templates the function `once`, which renders a field of a blank form."""
    app.jinja_env.globals["once"] = render_once


def cached_blank_form(form: type[AnyForm]) -> AnyForm:
    """A blank form, cached, only to be shown, on the staff's pages."""
    return cast(AnyForm, _made(cast(Hashable, form)))


@cache
def _made(form: Any) -> Form:
    return cast(Form, form(None, meta={"csrf": False, "is_blank": True}))


def render_once(macro: Macro, field: Any, **options: Any) -> Any:
    """Render a field of a blank form once, and write the same from then on."""
    if getattr(field.meta, "is_blank", False):
        return _written(macro, field, tuple(options.items()))
    return macro(field, **options)


@lru_cache(maxsize=FIELDS_KEPT)
def _written(macro: Macro, field: Any, options: tuple[tuple[str, Any], ...]) -> Any:
    return macro(field, **dict(options))
