"""Template cache: addresses and translations, answered from memory."""

import re
from collections.abc import Callable, MutableMapping
from functools import lru_cache
from typing import Any, Final, cast

from flask import Flask, g, request
from flask.templating import Environment
from flask_babel import get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.runtime import Macro
from markupsafe import Markup

from helpdesk.core.markup import ours
from helpdesk.web.form_tokens import token_here
from helpdesk.web.languages import current_language

ADDRESSES_KEPT = 512
PIECES_KEPT = 512
SENTENCES_KEPT = 2048
# What stands in an address as it is: references, ids, short names.
NAME: Final = re.compile(r"[\w-]+", re.ASCII)
# For forms that nobody has typed anything into, of which one page has several: cases/_token.html
# gives each its token, and their fields are the same every time.
BLANK: Final = {"csrf": False, "is_blank": True}


class SharedNames(Environment):
    """Jinja's environment, whose names for all templates are one dictionary.

    By default each template has a chain of two, for names of its own, which none of ours has; and
    every include and import walks that chain in Python.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **d} if d else self.globals


def init_app(app: Flask) -> None:
    """Give the templates our own `url_for`, `_`, for which others came before us."""
    app.jinja_env.globals["url_for"] = _addresses(app)
    app.jinja_env.globals["once"] = once
    app.jinja_env.globals["kept"] = kept
    app.jinja_env.globals["csrf_token"] = token_here
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # the i18n extension's
        gettext=_translated,
        ngettext=lambda one, many, number: _translations().ungettext(one, many, number),
        newstyle=True,
    )
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"] = gettext


def once(macro: Macro, field: Any, **options: Any) -> Any:
    """A field as its macro writes it; that of a blank form, once for each language."""
    if getattr(field.meta, "is_blank", False):
        return _piece(
            current_language(), request.root_path, macro, (field,), tuple(options.items())
        )
    return macro(field, **options)


def kept(macro: Macro, *words: str) -> Any:
    """What a macro makes of our own words, once for each language: there are few, on every page."""
    return _piece(current_language(), request.root_path, macro, words, ())


@lru_cache(maxsize=PIECES_KEPT)
def _piece(_language: str, _root: str, macro: Macro, given: tuple[Any, ...], options: Any) -> Any:
    return macro(*given, **dict(options))


def _addresses(app: Flask) -> Callable[..., str]:
    """Addresses of one kind differ in a name or two: everything around these is put together once.

    A name is put in where it stands in an address as it is; Flask is asked for anything else.
    """

    @lru_cache(maxsize=ADDRESSES_KEPT)
    def fixed(endpoint: str, filename: str | None, _root: str) -> str:
        values: dict[str, Any] = {} if filename is None else {"filename": filename}
        return app.url_for(endpoint, **values)

    @lru_cache(maxsize=ADDRESSES_KEPT)
    def around(endpoint: str, names: tuple[str, ...], _root: str) -> str:
        gaps: dict[str, Any] = {name: _gap(name) for name in names}
        return app.url_for(endpoint, **gaps)

    def url_for(endpoint: str, **values: Any) -> str:
        if endpoint.startswith("."):
            endpoint = f"{request.blueprint}{endpoint}"
        if not values:
            return fixed(endpoint, None, request.root_path)
        if values.keys() == {"filename"}:
            return fixed(endpoint, values["filename"], request.root_path)
        if not all(isinstance(one, str) and NAME.fullmatch(one) for one in values.values()):
            return app.url_for(endpoint, **values)
        address = around(endpoint, tuple(values), request.root_path)
        for name, value in values.items():
            address = address.replace(_gap(name), value)
        return address

    return url_for


def _gap(name: str) -> str:
    """Where a name goes in an address: nothing that a name could be."""
    return f"~{name}~"


@pass_eval_context
def gettext(here: EvalContext, said: str, **words: Any) -> str:
    """A sentence of ours in the language of the page; one without anything to put in is kept."""
    if not words:
        whole = _sentence(current_language(), said)
        return whole if here.autoescape else str(whole)
    sentence = _translated(said)
    return (ours(sentence) if here.autoescape else sentence) % words


@lru_cache(maxsize=SENTENCES_KEPT)
def _sentence(_language: str, said: str) -> Markup:
    return ours(_translated(said) % {})


def _translated(said: str) -> str:
    return cast(str, _translations().ugettext(said))


def _translations() -> Any:
    """The catalogue of this request's language."""
    if "translations" not in g:
        g.translations = get_translations()
    return cast(Any, g.translations)
