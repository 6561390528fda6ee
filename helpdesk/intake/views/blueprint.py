"""The blueprint of the public pages."""

from flask import Blueprint

bp = Blueprint("intake", __name__)
