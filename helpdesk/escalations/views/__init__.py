"""Views of requests: writing and following one on our side, and answering it at the partner
desk."""

from helpdesk.escalations.views import (
    drafts,
    link_visits,
    own_form,
    partner_choice,
    partner_desk,
    partner_email_address,
    partner_exports,
    partner_links,
    requests,
)
from helpdesk.escalations.views.blueprints import bp, partner_bp

__all__ = [
    "bp",
    "drafts",
    "link_visits",
    "own_form",
    "partner_bp",
    "partner_choice",
    "partner_desk",
    "partner_email_address",
    "partner_exports",
    "partner_links",
    "requests",
]
