"""The two blueprints of accounts, and what several of their views need."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, abort, current_app, render_template, url_for

from helpdesk.accounts.policy import INVITES, manages_people
from helpdesk.core.errors import NotFound
from helpdesk.web.error_pages import View, declare_page_if_lost
from helpdesk.web.rate_limits import is_within_limit
from helpdesk.web.request_work import current_identity, work

bp = Blueprint("accounts", __name__)
people_bp = Blueprint("people", __name__)


def home_url() -> str:
    """The URL of the home page of this surface."""
    return url_for(current_app.config["HOME"])


def require_people_manager_or_404() -> None:
    """Refuse with 404 whoever may not manage people."""
    if work.actor.role not in INVITES:
        raise NotFound
    work.require(lambda actor, _: manages_people(actor), None)


def suggest_sign_in_if_commit_lost(what: str) -> Callable[[View], View]:
    """Mark a form in which a passphrase, phone or recovery key was chosen: if nobody knows whether
    it was saved, its page says how to find out by signing in."""
    return declare_page_if_lost(partial(render_template, "accounts/may_be_saved.html", what=what))


def limit_passphrase_tries(purpose: str) -> None:
    """Limit how often a signed-in person may try their passphrase; nobody else is counted."""
    if not is_within_limit(purpose, size=20, per_minute=10, who=current_identity().actor.id):
        abort(429)
