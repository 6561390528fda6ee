"""Views of partners, for staff: the register of partners, what each may receive, and their email
address."""

from helpdesk.partners.views import (
    agreements,
    channels,
    contacts,
    email_address_confirmation,
    partners,
)
from helpdesk.partners.views.blueprint import bp

__all__ = ["agreements", "bp", "channels", "contacts", "email_address_confirmation", "partners"]
