"""The wiring of flask-login, and which views are public: none that does not say so."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user

from helpdesk.settings import Surface
from helpdesk.web.request_work import current_identity

View = TypeVar("View", bound=Callable[..., Any])


def public_view(view: View) -> View:
    """A decorator that marks a view as public: nobody needs to be signed in."""
    view.open_to_strangers = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def open_to_link_holders(view: View) -> View:
    """A decorator for a page of one request, which somebody with its link and code may see, too:
    what it shows it finds by what the actor may see."""
    view.open_to_link_holders = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def init_app(app: Flask, surface: Surface, ask: Callable[[], ResponseReturnValue]) -> None:
    """Set up flask-login; who it is comes from our own server-side session.

    `ask` answers a stranger who wants something that is not for strangers. The "session protection"
    is off: it would keep a hash of the address and the browser.
    """
    # What a page says of who is here, it says of our own presence: see app.py.
    manager = LoginManager(app, add_context_processor=False)
    manager.session_protection = None
    manager.request_loader(lambda _request: current_identity().person)
    if surface is not Surface.PUBLIC:

        @app.before_request
        def send_strangers_away() -> ResponseReturnValue | None:
            return None if _may_pass() else ask()


def is_public_view(app: Flask, endpoint: str) -> bool:
    """Whether an endpoint's view is public."""
    return endpoint == "static" or hasattr(app.view_functions[endpoint], "open_to_strangers")


def _may_pass() -> bool:
    endpoint = request.endpoint
    if endpoint is None or is_public_view(current_app, endpoint):
        return True
    if current_user.is_authenticated:
        return True
    is_for_link = hasattr(current_app.view_functions[endpoint], "open_to_link_holders")
    return is_for_link and current_identity().actor.request_id is not None
