"""Addresses."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)
people_bp = Blueprint("people", __name__)
