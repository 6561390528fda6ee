"""Addresses: signing in and one's own account at both doors; people and teams at the staff's."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)
people_bp = Blueprint("people", __name__)
