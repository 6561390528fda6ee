"""The unbranded host, which stands in each email reminder: its pages name nobody, whatever goes
wrong there.

Who reads another person's inbox can open that host. It serves the pages that stop the emails and
the files they need; everything else is a page that is not there, and an error has one sentence.
"""

from typing import Final
from urllib.parse import urlsplit

from flask import Flask, current_app, request

from helpdesk.core.errors import NotFound

# The style sheets of its pages.
STYLES: Final = ("base", "form", "notice", "public", "record")
FILES: Final = frozenset(f"css/{name}.css" for name in STYLES)


def init_app(app: Flask, url: str, *, endpoints: frozenset[str]) -> None:
    """Serve these endpoints at the unbranded host of `url`, and no other. Without a url there is
    none."""
    if not url:
        return
    app.extensions["unbranded_host"] = urlsplit(url).hostname

    @app.before_request
    def refuse_other_pages() -> None:
        if is_unbranded_host() and (request.endpoint not in endpoints or _is_of_other_pages()):
            raise NotFound


def _is_of_other_pages() -> bool:
    """Whether a file was asked for that none of its pages names: others say what this is."""
    named = (request.view_args or {}).get("filename")
    return named is not None and named not in FILES


def is_unbranded_host() -> bool:
    """Whether this request came to that host, however its name is written; or to one that cannot be
    read, which may have been that."""
    host = current_app.extensions.get("unbranded_host")
    asked = urlsplit(f"//{request.host}").hostname or ""
    return host is not None and asked.rstrip(".") in ("", host)
