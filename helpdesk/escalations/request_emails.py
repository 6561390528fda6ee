"""Emails to partners about a request: an id, a priority and a link, never more in clear."""

from typing import Protocol

from helpdesk.core.app_context import Email
from helpdesk.core.emails import EmailSettings, compose_email_from, encrypted_email
from helpdesk.core.work import Work
from helpdesk.escalations.encrypted_letters import outer_subject
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.operations.delivery_attempts import StartedAttempt
from helpdesk.escalations.partner_links import token_of_live_link
from helpdesk.escalations.states import OVER


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
        link=address_of_link(settings, attempt.link)
        if attempt.link
        else address_of_request(settings, attempt.ref),
        needs_code=bool(attempt.link),
        due=attempt.due,
        is_repeat=attempt.is_repeat,
    )


def link_for_partner(settings: PartnerEmailSettings, work: Work, escalation: Escalation) -> str:
    """The link to a request in an email to its partner; empty where they have no desk, and no link
    that works."""
    if escalation.is_by_link:
        is_over = escalation.state in OVER
        token = "" if is_over else token_of_live_link(work, escalation)
        return address_of_link(settings, token) if token else ""
    return address_of_request(settings, escalation.ref) if escalation.is_at_desk else ""


def address_of_link(settings: PartnerEmailSettings, token: str) -> str:
    """The URL at which somebody with the code opens a request."""
    return f"{settings.partner_url}/link/{token}"


def address_of_request(settings: PartnerEmailSettings, ref: str) -> str:
    """The URL at which a partner opens a request, once they have signed in."""
    return f"{settings.partner_url}/requests/{ref}"
