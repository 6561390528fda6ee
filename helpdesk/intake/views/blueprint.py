"""The public addresses, all under one name."""

from flask import Blueprint

bp = Blueprint("intake", __name__)
