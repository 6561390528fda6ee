"""Stale-page marks of a partner, for who settles or vouches for it."""

from helpdesk.core.stale_page_marks import mark_of
from helpdesk.core.work import Work
from helpdesk.partners.channel_rows import marked_of
from helpdesk.partners.models import Partner, PartnerContact
from helpdesk.partners.queries import channels_of, unconfirmed_email_address
from helpdesk.partners.vetting import people_at_desk


def allow_list_mark_of(partner: Partner) -> str:
    """The mark of a partner's allow-list: what may be sent to them."""
    return mark_of(*partner.allowed_fields)


def terms_mark_of(partner: Partner) -> str:
    """The mark of a partner's terms: what they are called, are and take, for whom and when, and
    whom they can call here."""
    lists = (partner.asks, partner.regions, partner.languages, partner.weekdays)
    return mark_of(
        partner.name,
        partner.kind,
        partner.timezone,
        *(one.isoformat() if one else "" for one in (partner.opens, partner.closes)),
        partner.reach_us,
        *(",".join(str(one) for one in each) for each in lists),
    )


def agreement_mark_of(partner: Partner) -> str:
    """The mark of the agreement with a partner: what was agreed, when and with whom."""
    times = (*partner.answer_within.items(), *partner.decide_within.items())
    return mark_of(
        partner.agreed_on.isoformat() if partner.agreed_on else None,
        partner.agreed_with,
        *(str(part) for one in times for part in one),
        str(partner.counts_working_time),
        partner.holiday_country,
        partner.holiday_subdivision,
        str(partner.keeps_for_days),
        str(partner.may_be_named),
    )


def channels_mark_of(work: Work, partner: Partner) -> str:
    """The mark of a partner's channels: which there are, in which order, and what is settled about
    each."""
    return mark_of(*(part for one in channels_of(work, partner) for part in marked_of(one)))


def contact_mark_of(contact: PartnerContact) -> str:
    """What is known of a contact, and until when."""
    lists = (contact.regions, contact.languages, contact.weekdays)
    return mark_of(
        contact.name,
        str(contact.is_person),
        contact.timezone,
        *(one.isoformat() if one else "" for one in (contact.opens, contact.closes)),
        contact.verified_until.isoformat(),
        *(",".join(str(one) for one in each) for each in lists),
    )


def desk_mark_of(work: Work, partner: Partner) -> str:
    """The mark of a partner's desk: who they are, who can read what is sent to them, by key, and
    the address that waits for its code too: what somebody vouches for."""
    desk = [part for one in people_at_desk(work, partner) for part in one]
    settled = (
        terms_mark_of(partner),
        allow_list_mark_of(partner),
        partner.mailbox,
        partner.platform,
        channels_mark_of(work, partner),
        *(part for one in partner.earlier_names for part in one),
    )
    waiting = unconfirmed_email_address(work, partner)
    return mark_of(*settled, waiting.address if waiting is not None else None, *desk)
