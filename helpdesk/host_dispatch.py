"""Dispatching by host: the WSGI application of one surface, or of several told apart by their
hosts."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from helpdesk.app import create_app
from helpdesk.core.app_context import AppContext
from helpdesk.settings import NotConfigured, Surface

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def application_for(context: AppContext, surfaces: frozenset[Surface]) -> "WSGIApplication":
    """The WSGI application that a process serves. Raises NotConfigured if that is nothing, or
    cannot be told apart."""
    if not surfaces:
        raise NotConfigured("SERVES is missing (public, staff, partner, or several with commas).")
    apps = {surface: create_app(context, surface) for surface in sorted(surfaces)}
    if len(apps) == 1:
        return next(iter(apps.values()))
    by_host = {
        urlsplit(context.settings.url_of(surface)).netloc: app for surface, app in apps.items()
    }
    if len(by_host) < len(apps):
        raise NotConfigured(
            "One process can only serve several surfaces under different host names."
        )

    if Surface.PUBLIC in apps and context.settings.reminder_url:
        # The link that stops email reminders opens under a host name of its own.
        by_host.setdefault(urlsplit(context.settings.reminder_url).netloc, apps[Surface.PUBLIC])

    def choose(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        app = by_host.get(environ.get("HTTP_HOST", ""))
        if app is None:
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"There is no such page here."]
        return app(environ, start_response)

    return choose
