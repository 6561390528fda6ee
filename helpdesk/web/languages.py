"""The language of a page: the one in its address, or else what the browser asks for.

A language is the first part of an address: /es/report. It is taken off before anything else looks,
and every address that we write carries it again, so that a choice lasts without a cookie.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from unicodedata import combining, normalize
from urllib.parse import quote

from babel import Locale, UnknownLocaleError
from babel.lists import format_list
from flask import Flask, current_app, request
from flask_babel import get_locale

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CHOSEN = "helpdesk.language"
ABOVE = "helpdesk.above"
HOME = "/"


@dataclass(frozen=True)
class LanguageChoice:
    """A language that can be chosen, under its own name, and the address of this page in it."""

    code: str
    name: str
    direction: str
    address: str


def init_app(app: Flask, *, offered: tuple[str, ...], known: Iterable[str] = ()) -> None:
    """Offer these languages, the first where nothing fits.

    The address of a language that we know but do not offer today leads on all the same: somebody
    may have kept it.
    """
    app.extensions["languages"] = offered
    if known:
        # as Flask's own manual puts something before an application
        app.wsgi_app = _language_first(  # type: ignore[method-assign,assignment]
            app.wsgi_app, frozenset(known)
        )


def _language_first(app: "WSGIApplication", known: frozenset[str]) -> "WSGIApplication":
    """Take the language of an address out of the way of the routes: /es is a place to stand."""

    def answer(told: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        first, _slash, rest = told.get("PATH_INFO", "").removeprefix("/").partition("/")
        told[ABOVE] = told.get("SCRIPT_NAME", "")
        if first in known:
            told[CHOSEN] = first
            told["SCRIPT_NAME"] = f"{told[ABOVE]}/{first}"
            told["PATH_INFO"] = f"/{rest}"
        return app(told, start)

    return answer


def offered_languages() -> tuple[str, ...]:
    """The languages that these pages speak."""
    languages: tuple[str, ...] = current_app.extensions["languages"]
    return languages


def select_language() -> str:
    """Select the language of this request, for Babel."""
    chosen = language_in_address()
    return (
        chosen or request.accept_languages.best_match(offered_languages()) or offered_languages()[0]
    )


def language_in_address() -> str | None:
    """The language that the address names, if it is one that we speak."""
    chosen = request.environ.get(CHOSEN)
    return chosen if chosen in offered_languages() else None


def current_language() -> str:
    """The language of this request; ours outside of one."""
    return str(get_locale() or "en")


def is_page_reloadable() -> bool:
    """Whether this page can be loaded again by a link: one that answers a form would be lost by
    it."""
    return request.method == "GET"


def language_choices(path: str | None = None) -> list[LanguageChoice]:
    """Every language on offer, with the address of this page (or of that path of ours) in it; the
    reader's own among them."""
    return [
        LanguageChoice(
            code, language_name(code), text_direction_of(code), url_in_language(code, path)
        )
        for code in offered_languages()
    ]


def path_without_language(address: str) -> str:
    """Take the language out of an address of ours."""
    return address.removeprefix(request.root_path)


def url_in_language(code: str, path: str | None = None) -> str:
    """The URL of a page of ours in a language: this one, unless there is none here to come back
    to."""
    here = request.path if request.endpoint else HOME
    return f"{request.environ.get(ABOVE, '')}/{code}{quote(here if path is None else path)}"


@cache
def text_direction_of(code: str) -> str:
    """The text direction of a language: ltr or rtl."""
    locale = _locale_of(code)
    return str(locale.text_direction) if locale is not None else "ltr"


def country_names(codes: Iterable[str]) -> str:
    """The names of countries in the language of this page, in its alphabet."""
    names = (str(Locale.parse(current_language()).territories.get(code, code)) for code in codes)
    return _in_a_row(sorted(names, key=_without_accents))


def language_names(codes: Iterable[str]) -> str:
    """The names of languages in the language of this page, in the order in which they are given."""
    page = current_language()
    return _in_a_row(str(Locale.parse(code).get_display_name(page)) for code in codes)


def _in_a_row(names: Iterable[str]) -> str:
    """With the commas and the "and" of the page's language, and a capital letter at the start."""
    row = format_list(list(names), locale=current_language())
    return f"{row[:1].upper()}{row[1:]}"


def _without_accents(name: str) -> str:
    return "".join(one for one in normalize("NFKD", name) if not combining(one)).casefold()


@cache
def language_name(code: str, within: str | None = None) -> str:
    """The name of a language, as those who speak it call it or in another language."""
    locale = _locale_of(code)
    if locale is None:
        return code
    name: Any = locale.get_display_name(within)
    return f"{name[:1].upper()}{name[1:]}"


def _locale_of(code: str) -> Locale | None:
    """None of what is no language that we know: a case may say that it is in any, and opens."""
    try:
        return Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return None
