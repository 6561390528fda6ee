"""The set of addresses."""

from flask import Blueprint

bp = Blueprint("duty", __name__)
