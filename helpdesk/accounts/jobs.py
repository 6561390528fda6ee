"""What the worker does for people: tell somebody that their own account has changed."""

from helpdesk.accounts import queries
from helpdesk.accounts.models import Person
from helpdesk.core import letters
from helpdesk.core.actors import Role
from helpdesk.core.desk import Desk
from helpdesk.core.jobs import Queue, job


@job("accounts.tell_of_access", queue=Queue.NOTICES)
def tell_of_access(desk: Desk, *, person_id: str, at: int) -> None:
    """Say to where their duty mail goes that they should look at their account page.

    Safe to run twice: the same change has the same id.
    """
    with desk.begin() as work:
        person = work.session.get(Person, person_id)
        mailbox = queries.mailbox_of(work, person) if person is not None else ""
        is_partner = person is not None and person.role is Role.PARTNER
    door = desk.settings.partner_url if is_partner else desk.settings.staff_url
    if mailbox:
        letter = letters.compose(
            desk,
            "letters/access.txt",
            to=mailbox,
            key=f"access.{person_id}.{at}",
            link=f"{door}/account",
        )
        desk.post.send(letter)  # no transaction is open here
