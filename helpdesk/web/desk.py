"""The desk and the surface of the application that is serving this request."""

from typing import cast

from flask import current_app

from helpdesk.core.desk import Desk
from helpdesk.settings import Surface


def current_desk() -> Desk:
    return cast(Desk, current_app.extensions["desk"])


def current_surface() -> Surface:
    return cast(Surface, current_app.extensions["surface"])
