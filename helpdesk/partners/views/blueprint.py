"""The blueprint of the pages of partners, and the partner that most of them are about."""

from flask import Blueprint

from helpdesk.partners import queries
from helpdesk.partners.models import Partner
from helpdesk.partners.policy import may_manage_partner
from helpdesk.web.request_work import work

bp = Blueprint("partners", __name__)


def managed_partner_or_404(slug: str) -> Partner:
    """Load a partner for whoever may manage it; or NotFound."""
    partner = queries.visible_partner_or_404(work, slug)
    work.require(may_manage_partner, partner)
    return partner
