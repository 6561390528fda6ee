"""Background jobs of accounts: emails that confirm an address or say that an account has
changed."""

from helpdesk.accounts import queries
from helpdesk.accounts.models import Person, UnconfirmedEmailAddress
from helpdesk.core import emails, unconfirmed_addresses
from helpdesk.core.actors import Role
from helpdesk.core.address_emails import begin_address_email, send_address_email
from helpdesk.core.app_context import AppContext
from helpdesk.core.jobs import JobPostponed, Queue, job


@job("accounts.send_mailbox_code", queue=Queue.NOTICES)
def send_email_address_code(context: AppContext, *, person_id: str, at: int) -> None:
    """Email the code with which an email address is confirmed. Safe to run twice: a code that was
    sent, or that another one has replaced, is not sent."""
    with context.begin() as work:
        new = work.session.get(UnconfirmedEmailAddress, person_id)
        person = work.session.get_one(Person, person_id)
        contents = unconfirmed_addresses.code_email_contents(work, new, at=at)
        if new is None or contents is None:
            return
        put_off = begin_address_email(work, new, person)
    if put_off is not None:
        raise JobPostponed(put_off)
    email = emails.compose_email(
        context,
        "emails/mailbox_test.txt",
        mail=person.email_purpose,
        to=contents.to,
        key=f"mailbox.{person_id}.{at}",
        code=contents.code,
        link=f"{_door(context, person)}/account/mailbox",
    )
    send_address_email(context, email, person)  # no transaction is open here
    with context.begin() as work:
        unconfirmed_addresses.record_code_sent(work, new)
        work.record("person.mailbox_letter_sent", person)


@job("accounts.tell_old_mailbox", queue=Queue.NOTICES)
def notify_old_email_address(context: AppContext, *, person_id: str, at: int) -> None:
    """Email the old address that it was replaced. Safe to run twice: one id."""
    with context.begin() as work:
        new = work.session.get(UnconfirmedEmailAddress, person_id)
        person = work.session.get_one(Person, person_id)
        to = unconfirmed_addresses.old_address_of(work, new)
        if new is None or not to:
            return
        put_off = begin_address_email(work, new, person)
    if put_off is not None:
        raise JobPostponed(put_off)
    email = emails.compose_email(
        context,
        "emails/mailbox_changed.txt",
        mail=person.email_purpose,
        to=to,
        key=f"old-mailbox.{person_id}.{at}",
        link=f"{_door(context, person)}/account/mailbox",
    )
    send_address_email(context, email, person)  # no transaction is open here
    with context.begin() as work:
        unconfirmed_addresses.record_old_address_notified(work, new)
        work.record("person.old_mailbox_told", person)


def _door(context: AppContext, person: Person) -> str:
    return (
        context.settings.partner_url if person.role is Role.PARTNER else context.settings.staff_url
    )


@job("accounts.tell_of_access", queue=Queue.NOTICES)
def notify_access_change(context: AppContext, *, person_id: str, at: int) -> None:
    """Email a person that they should look at their account page, as something has changed. Safe to
    run twice: the same change has the same id."""
    with context.begin() as work:
        person = work.session.get(Person, person_id)
        mailbox = queries.email_address_of(work, person) if person is not None else ""
        is_partner = person is not None and person.role is Role.PARTNER
    door = context.settings.partner_url if is_partner else context.settings.staff_url
    if mailbox:
        email = emails.compose_email(
            context,
            "emails/access.txt",
            to=mailbox,
            key=f"access.{person_id}.{at}",
            link=f"{door}/account",
        )
        context.mailer.send(email)  # no transaction is open here
