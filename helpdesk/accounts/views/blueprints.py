"""The two sets of addresses, and what several of their views need."""

from flask import Blueprint, abort, current_app, url_for

from helpdesk.accounts.policy import INVITES, manages_people
from helpdesk.core.errors import NotFound
from helpdesk.web.rate_limits import is_within_limit
from helpdesk.web.request_work import current_identity, work

bp = Blueprint("accounts", __name__)
people_bp = Blueprint("people", __name__)

# What stands in the place of an answer that was lost where a passphrase was chosen.
MAY_BE_SAVED = "accounts/may_be_saved.html"


def home_url() -> str:
    """The address of the first page of this surface."""
    return url_for(current_app.config["HOME"])


def require_people_manager_or_404() -> None:
    """For those who look after people, once they were let in; for everybody else these addresses do
    not exist."""
    if work.actor.role not in INVITES:
        raise NotFound
    work.require(lambda actor, _: manages_people(actor), None)


def limit_passphrase_tries(purpose: str) -> None:
    """Keep whoever is signed in from trying passphrases for ever; nobody else is counted."""
    if not is_within_limit(purpose, size=20, per_minute=10, who=current_identity().actor.id):
        abort(429)
