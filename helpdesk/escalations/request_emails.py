"""Emails to partners about a request: an id, a priority and a link, never more in clear."""

from typing import Protocol

from helpdesk.core.app_context import Email
from helpdesk.core.emails import EmailSettings, compose_email_from, encrypted_email
from helpdesk.escalations.encrypted_letters import outer_subject
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.operations.delivery_attempts import StartedAttempt


class PartnerEmailSettings(EmailSettings, Protocol):
    """The settings that an email to a partner needs: those of every email, and where the partner
    desk is."""

    @property
    def partner_url(self) -> str: ...


def compose_request_email(settings: PartnerEmailSettings, attempt: StartedAttempt) -> Email:
    """Compose the email about a request. It has one Message-ID at every attempt: a repeat can be
    told from another. Where the request itself is in it, it is encrypted, and outside stands
    nothing but its number."""
    if attempt.encrypted:
        return encrypted_email(
            settings,
            to=attempt.to,
            key=attempt.delivery_id,
            subject=outer_subject(attempt.ref),
            message=attempt.encrypted,
        )
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


def link_for_partner(settings: PartnerEmailSettings, escalation: Escalation) -> str:
    """The link to a request in an email to its partner; empty where they have no desk."""
    return "" if escalation.is_answered_to_us else address_of_request(settings, escalation.ref)


def address_of_request(settings: PartnerEmailSettings, ref: str) -> str:
    """The URL at which a partner opens a request, once they have signed in."""
    return f"{settings.partner_url}/requests/{ref}"
