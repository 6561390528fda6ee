"""The blueprints of the duty board and the case page, and of playbook runs."""

from flask import Blueprint

bp = Blueprint("duty", __name__)
runs_bp = Blueprint("playbooks", __name__, url_prefix="/cases/<ref>")
