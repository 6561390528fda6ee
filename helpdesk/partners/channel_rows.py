"""Rows of channels, made of their terms: a new one goes behind those that a partner has."""

from typing import Any

from sqlalchemy import func, select

from helpdesk.core.errors import Conflict
from helpdesk.core.un_subregions import SUBREGIONS
from helpdesk.core.work import Work
from helpdesk.partners.channel_terms import (
    LARGEST_SIZE,
    WRONG_ADDRESS,
    WRONG_SIZE,
    ChannelKind,
    ChannelTerms,
    is_form_address,
)
from helpdesk.partners.models import Partner, PartnerChannel
from helpdesk.partners.partner_terms import EVERY_ASK


def new_channel(work: Work, partner: Partner, terms: ChannelTerms) -> PartnerChannel:
    """Add a channel behind the others. No rule: who adds one, or registers a partner, has asked."""
    last = select(func.max(PartnerChannel.position)).where(PartnerChannel.partner_id == partner.id)
    channel = PartnerChannel(
        partner_id=partner.id,
        position=(work.session.scalar(last) or 0) + 1,
        kind=terms.kind,
        **kept_of(terms),
    )
    work.session.add(channel)
    work.session.flush()  # history says of which channel
    return channel


def kept_of(terms: ChannelTerms) -> dict[str, Any]:
    """What of the terms of a channel can change, by column."""
    return {
        "asks": list(terms.asks),
        "harms": list(terms.harms),
        "size_limit": terms.size_limit,
        "receipt": terms.receipt,
        "onward_disclosure": terms.onward_disclosure,
        "storage_region": terms.storage_region,
        "form_address": terms.form_address,
    }


def refuse_unknown_channel_terms(terms: ChannelTerms) -> None:
    """Refuse what no request could be matched with."""
    if set(terms.asks) - set(EVERY_ASK):
        raise Conflict("There is no such kind of request.")
    if terms.storage_region and terms.storage_region not in SUBREGIONS:
        raise Conflict("There is no such region.")
    if terms.size_limit is not None and not 0 < terms.size_limit <= LARGEST_SIZE:
        raise Conflict(WRONG_SIZE)
    if terms.kind is ChannelKind.FORM and not is_form_address(terms.form_address):
        raise Conflict(WRONG_ADDRESS)
    if terms.kind is not ChannelKind.FORM and terms.form_address:
        raise Conflict("Only a form of theirs has an address.")


def marked_of(channel: PartnerChannel) -> tuple[str, ...]:
    """What an old page could be wrong about, for its mark."""
    return (
        channel.id,
        channel.kind,
        ",".join(channel.asks),
        ",".join(channel.harms),
        str(channel.size_limit),
        channel.receipt,
        channel.onward_disclosure,
        channel.storage_region,
        channel.form_address,
    )
