"""Addresses."""

from flask import Blueprint

bp = Blueprint("escalations", __name__)
partner_bp = Blueprint("partner_desk", __name__)
