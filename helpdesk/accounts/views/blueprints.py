"""The two sets of addresses, and what several of their views need."""

from flask import Blueprint, abort, current_app, url_for

from helpdesk.web.limits import within_limit

bp = Blueprint("accounts", __name__)
people_bp = Blueprint("people", __name__)


def home() -> str:
    """The address of the first page of this surface."""
    return url_for(current_app.config["HOME"])


def not_too_often(purpose: str) -> None:
    """Keep a machine from trying for ever. Generous: behind an onion everybody looks like one."""
    if not within_limit(purpose, size=120, per_minute=60):
        abort(429)
