"""The two blueprints of requests: our side under the case, and the partner desk."""

from flask import Blueprint

bp = Blueprint("escalations", __name__, url_prefix="/cases/<ref>/requests")
partner_bp = Blueprint("partner_desk", __name__)
