"""Operations on contacts of a partner: add, change, verify and end them."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import func, select

from helpdesk.core.errors import Conflict, StalePage
from helpdesk.core.stale_page_marks import refuse_if_changed_since
from helpdesk.core.work import Work
from helpdesk.partners.models import Partner, PartnerContact
from helpdesk.partners.partner_terms import ContactTerms
from helpdesk.partners.policy import may_manage_partner
from helpdesk.partners.queries import lock_contact, lock_partner
from helpdesk.partners.stale_page_marks import contact_mark_of
from helpdesk.partners.term_checks import refuse_unknown_terms

# So long someone is taken to be there still. Then one of us asks, and nobody counts on it before.
VERIFIED_FOR: Final = timedelta(days=90)
ENDED: Final = "This contact has ended. Add a new one if they are back."


def add_contact(work: Work, partner: Partner, *, name: str, terms: ContactTerms) -> PartnerContact:
    """Add someone who is there. Whoever adds them has just heard so: they count as verified."""
    work.require(may_manage_partner, partner)
    lock_partner(work, partner)
    _check(name, terms)
    contact = PartnerContact(partner_id=partner.id, name=name, **_kept(terms))
    _verify(work, contact)
    work.session.add(contact)
    work.session.flush()  # history says of which contact
    work.record("partner.contact_added", partner, contact=contact.id)
    return contact


def change_contact(
    work: Work,
    partner: Partner,
    contact: PartnerContact,
    *,
    name: str,
    terms: ContactTerms,
    seen: str | None = None,
) -> None:
    """Settle what is true of a contact. Whoever changes it has just heard so: it counts as verified
    by them, as when it is added. `seen` is the mark of what is changed. History says which things
    changed, and no name."""
    work.require(may_manage_partner, partner)
    _lock_current(work, partner, contact)
    refuse_if_changed_since(seen, now=contact_mark_of(contact))
    _check(name, terms)
    after = {"name": name, **_kept(terms)}
    changed = [one for one, value in after.items() if getattr(contact, one) != value]
    for one, value in after.items():
        setattr(contact, one, value)
    _verify(work, contact)
    work.record("partner.contact_changed", partner, contact=contact.id, changed=changed)


def verify_contact(
    work: Work, partner: Partner, contact: PartnerContact, *, seen: str | None = None
) -> None:
    """Someone made sure that it is still so: it counts for as long again."""
    work.require(may_manage_partner, partner)
    _lock_current(work, partner, contact)
    refuse_if_changed_since(seen, now=contact_mark_of(contact))
    _verify(work, contact)
    work.record("partner.contact_verified", partner, contact=contact.id)


def end_contact(
    work: Work, partner: Partner, contact: PartnerContact, *, seen: str | None = None
) -> None:
    """They are there no more, we no longer count on them, or they ask us to forget them: the
    database empties the row (0096), and history says that a contact ended, and of whom in no word.
    `seen` is the mark of who was on the page: somebody else may have been put in their place
    since."""
    work.require(may_manage_partner, partner)
    _lock_current(work, partner, contact)
    refuse_if_changed_since(seen, now=contact_mark_of(contact))
    contact.ended_on = work.at.date()
    work.record("partner.contact_ended", partner, contact=contact.id)
    work.session.flush()
    work.session.refresh(contact)  # nothing of who it was is left


def end_contacts_nobody_verifies(work: Work) -> None:
    """End contacts that nobody has verified for half a year after their time: who they were is
    forgotten. No rule: the ticker tidies up. Safe to run twice."""
    work.session.execute(select(func.end_contacts_nobody_verifies()))


def _lock_current(work: Work, partner: Partner, contact: PartnerContact) -> None:
    """A partner before its contacts, as it is now."""
    lock_partner(work, partner)
    lock_contact(work, contact)
    if contact.ended_on is not None:
        raise StalePage(ENDED)


def _verify(work: Work, contact: PartnerContact) -> None:
    contact.verified_until = work.at.date() + VERIFIED_FOR
    contact.verified_by = work.actor.id


def _check(name: str, terms: ContactTerms) -> None:
    if not name.strip():
        raise Conflict("Type their name, or what their role is.")
    refuse_unknown_terms(terms)


def _kept(terms: ContactTerms) -> dict[str, Any]:
    return {
        "is_person": terms.is_person,
        "regions": list(terms.regions),
        "languages": list(terms.languages),
        "timezone": terms.timezone,
        "weekdays": sorted(terms.hours.weekdays),
        "opens": terms.hours.opens,
        "closes": terms.hours.closes,
    }
