"""The app context and the surface of the application that is serving this request."""

from typing import cast

from flask import current_app

from helpdesk.core.app_context import AppContext
from helpdesk.settings import Surface


def current_context() -> AppContext:
    """The app context of the application that is serving this request."""
    return cast(AppContext, current_app.extensions["context"])


def current_surface() -> Surface:
    """The surface of the application that is serving this request."""
    return cast(Surface, current_app.extensions["surface"])
