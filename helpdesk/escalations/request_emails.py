"""Emails to partners about a request: an id, a priority and a link, never more."""

from typing import Protocol

from helpdesk.core.app_context import Email
from helpdesk.core.emails import EmailSettings, compose_email_from
from helpdesk.escalations.operations.delivery_attempts import StartedAttempt


class PartnerEmailSettings(EmailSettings, Protocol):
    """The settings that an email to a partner needs: those of every email, and where the partner
    desk is."""

    @property
    def partner_url(self) -> str: ...


def compose_request_email(settings: PartnerEmailSettings, attempt: StartedAttempt) -> Email:
    """Compose the email about a request. It has one Message-ID at every attempt: a repeat can be
    told from another."""
    return compose_email_from(
        settings,
        "emails/request.txt",
        to=attempt.to,
        key=attempt.delivery_id,
        ref=attempt.ref,
        priority=attempt.priority.upper(),
        link=address_of_request(settings, attempt.ref),
        due=attempt.due,
        is_repeat=attempt.is_repeat,
    )


def address_of_request(settings: PartnerEmailSettings, ref: str) -> str:
    """The URL at which a partner opens a request, once they have signed in."""
    return f"{settings.partner_url}/requests/{ref}"
