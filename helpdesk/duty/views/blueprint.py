"""The addresses of the board and the case, and those of playbooks at work on a case."""

from flask import Blueprint

bp = Blueprint("duty", __name__)
runs_bp = Blueprint("playbooks", __name__, url_prefix="/cases/<ref>")
