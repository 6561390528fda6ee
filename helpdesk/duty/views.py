"""Addresses."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from helpdesk.core.errors import NotFound

bp = Blueprint("duty", __name__)


@bp.get("/duty")
def board() -> ResponseReturnValue:
    raise NotFound


@bp.get("/approvals")
def approvals() -> ResponseReturnValue:
    raise NotFound


@bp.get("/outbox")
def outbox() -> ResponseReturnValue:
    raise NotFound


@bp.get("/queues/<slug>")
def show_queue(slug: str) -> ResponseReturnValue:
    raise NotFound


@bp.get("/cases/<ref>")
def show_case(ref: str) -> ResponseReturnValue:
    raise NotFound
