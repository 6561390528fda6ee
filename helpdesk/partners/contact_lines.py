"""What the partner's page says of its contacts, line by line."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from helpdesk.core.work import Work
from helpdesk.partners import queries
from helpdesk.partners.models import Partner, PartnerContact
from helpdesk.partners.partner_terms import WEEKDAYS
from helpdesk.partners.proposals import names_of_languages, names_of_regions
from helpdesk.partners.stale_page_marks import contact_mark_of

DONE: Final = {
    "partner.contact_added": "added a contact",
    "partner.contact_changed": "changed a contact",
    "partner.contact_verified": "made sure that a contact is still right",
    "partner.contact_ended": "ended a contact",
}


class ContactLine(NamedTuple):
    """A contact, whether proposals rest on it, what is known of it, and the mark of all that."""

    contact: PartnerContact
    is_counted_on: bool
    says: str
    mark: str


class PartnerAct(NamedTuple):
    """What somebody did about a contact or channel; of whom is not said: history holds no names."""

    at: datetime
    actor_id: str
    words: str


def contact_lines_of(work: Work, partner: Partner) -> list[ContactLine]:
    """Every contact, those that ended last."""
    today = work.at.date()
    return [
        ContactLine(one, one.is_counted_on(today), _says(one), contact_mark_of(one))
        for one in queries.contacts_of(work, partner)
    ]


def contact_acts_of(work: Work, partner: Partner) -> Sequence[PartnerAct]:
    """What was done about them, the newest first."""
    return [
        PartnerAct(one.at, one.actor_id, DONE.get(one.action, one.action))
        for one in queries.history_of_contacts(work, partner)
    ]


def _says(contact: PartnerContact) -> str:
    said = []
    if contact.regions:
        said.append(f"Acts for people in {names_of_regions(contact.regions)}.")
    if contact.languages:
        said.append(f"Reads {names_of_languages(contact.languages)}.")
    if contact.opens is not None and contact.closes is not None:
        days = ", ".join(WEEKDAYS[one] for one in contact.weekdays)
        is_whole_day = contact.opens == contact.closes
        hours = "all day" if is_whole_day else f"{contact.opens:%H:%M} to {contact.closes:%H:%M}"
        said.append(f"There {hours} ({contact.timezone}) on {days}.")
    return " ".join(said)
