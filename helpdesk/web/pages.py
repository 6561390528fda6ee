"""What every page asks for again and again, answered from memory: addresses and translations."""

from collections.abc import Callable, MutableMapping
from functools import lru_cache
from typing import Any, cast

from flask import Flask, g, request
from flask.templating import Environment
from flask_babel import get_translations

ADDRESSES_KEPT = 512


class SharedNames(Environment):
    """Jinja's environment, whose names for all templates are one dictionary.

    By default each template has a chain of two, for names of its own, which none of ours has; and
    every include and import walks that chain in Python.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **d} if d else self.globals


def init_app(app: Flask) -> None:
    """Give the templates our `url_for` and `_`. Babel must have been there before."""
    app.jinja_env.globals["url_for"] = _addresses(app)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # the i18n extension's
        gettext=lambda said: _translations().ugettext(said),
        ngettext=lambda one, many, number: _translations().ungettext(one, many, number),
        newstyle=True,
    )


def _addresses(app: Flask) -> Callable[..., str]:
    """Menus and style sheets have the same addresses on each page; only those are kept."""

    @lru_cache(maxsize=ADDRESSES_KEPT)
    def fixed(endpoint: str, filename: str | None, _root: str) -> str:
        values: dict[str, Any] = {} if filename is None else {"filename": filename}
        return app.url_for(endpoint, **values)

    def url_for(endpoint: str, **values: Any) -> str:
        if endpoint.startswith("."):
            endpoint = f"{request.blueprint}{endpoint}"
        if not values:
            return fixed(endpoint, None, request.root_path)
        if values.keys() == {"filename"}:
            return fixed(endpoint, values["filename"], request.root_path)
        return app.url_for(endpoint, **values)

    return url_for


def _translations() -> Any:
    """The catalogue of this request's language."""
    if "translations" not in g:
        g.translations = get_translations()
    return cast(Any, g.translations)
