"""Addresses: the partners that we can ask, what each may receive, and where their mail goes."""

from helpdesk.partners.views import mailboxes, partners
from helpdesk.partners.views.blueprint import bp

__all__ = ["bp", "mailboxes", "partners"]
