"""The scheme of a request (http or https): our own address says it, and no header of anybody's."""

from typing import TYPE_CHECKING, Any

from flask import Flask

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def init_app(app: Flask, url: str) -> None:
    """Take the scheme of a surface from the address that it is configured to have.

    So no proxy has to be trusted: on an onion address every visitor comes from the same address as
    a proxy on this machine, and could say what a proxy says.
    """
    scheme = "https" if url.startswith("https://") else "http"
    inner: Any = app.wsgi_app

    def outer(environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        environ["wsgi.url_scheme"] = scheme
        answer: Iterable[bytes] = inner(environ, start_response)
        return answer

    app.wsgi_app = outer  # type: ignore[method-assign]  # it is made to be wrapped
