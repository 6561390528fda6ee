"""Background jobs of partners: emails that confirm an address, or tell the old one that it was
replaced."""

from helpdesk.core import emails, unconfirmed_addresses
from helpdesk.core.address_emails import begin_address_email, send_address_email
from helpdesk.core.app_context import AppContext
from helpdesk.core.jobs import JobPostponed, Queue, job
from helpdesk.partners.models import Partner, UnconfirmedPartnerEmailAddress


# With the deliveries: one worker has the addresses of partners, another those of our people.
@job("partners.send_mailbox_code", queue=Queue.DELIVERIES)
def send_email_address_code(context: AppContext, *, partner_id: str, at: int) -> None:
    """Email the code with which a partner's email address is confirmed. Safe to run twice: a code
    that was sent, or that another one has replaced, is not sent."""
    with context.begin() as work:
        new = work.session.get(UnconfirmedPartnerEmailAddress, partner_id)
        partner = work.session.get_one(Partner, partner_id)
        contents = unconfirmed_addresses.code_email_contents(work, new, at=at)
        if new is None or contents is None:
            return
        put_off = begin_address_email(work, new, partner)
    if put_off is not None:
        raise JobPostponed(put_off)
    email = emails.compose_email(
        context,
        "emails/partner_test.txt",
        to=contents.to,
        key=f"partner-mailbox.{partner_id}.{at}",
        code=contents.code,
        link=f"{context.settings.partner_url}/mail/{partner.slug}",
    )
    send_address_email(context, email, partner)  # no transaction is open here
    with context.begin() as work:
        unconfirmed_addresses.record_code_sent(work, new)
        work.record("partner.mailbox_letter_sent", partner)


@job("partners.tell_old_mailbox", queue=Queue.DELIVERIES)
def notify_old_email_address(context: AppContext, *, partner_id: str, at: int) -> None:
    """Email a partner's old address that it was replaced. Safe to run twice: one id."""
    with context.begin() as work:
        new = work.session.get(UnconfirmedPartnerEmailAddress, partner_id)
        partner = work.session.get_one(Partner, partner_id)
        to = unconfirmed_addresses.old_address_of(work, new)
        if new is None or not to:
            return
        put_off = begin_address_email(work, new, partner)
    if put_off is not None:
        raise JobPostponed(put_off)
    email = emails.compose_email(
        context,
        "emails/partner_changed.txt",
        to=to,
        key=f"old-partner-mailbox.{partner_id}.{at}",
        link=f"{context.settings.partner_url}/mail/{partner.slug}",
    )
    send_address_email(context, email, partner)  # no transaction is open here
    with context.begin() as work:
        unconfirmed_addresses.record_old_address_notified(work, new)
        work.record("partner.old_mailbox_told", partner)
