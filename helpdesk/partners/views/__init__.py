"""Addresses: the partners that we can ask, what each may receive, and where their mail goes."""

from helpdesk.partners.views import email_address_confirmation, partners
from helpdesk.partners.views.blueprint import bp

__all__ = ["bp", "email_address_confirmation", "partners"]
