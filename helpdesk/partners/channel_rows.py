"""Rows of channels, made of their terms: a new one goes behind those that a partner has."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select

from helpdesk.core.errors import Conflict
from helpdesk.core.openpgp import ANOTHER, normalise_fingerprint, read_public_key
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

# It can name people of theirs, and history forgets nothing.
NOT_IN_HISTORY: Final = "openpgp_key"


def new_channel(work: Work, partner: Partner, terms: ChannelTerms) -> PartnerChannel:
    """Add a channel behind the others. No rule: who adds one, or registers a partner, has asked."""
    last = select(func.max(PartnerChannel.position)).where(PartnerChannel.partner_id == partner.id)
    channel = PartnerChannel(
        partner_id=partner.id,
        position=(work.session.scalar(last) or 0) + 1,
        kind=terms.kind,
        **kept_of(terms, at=work.at),
    )
    work.session.add(channel)
    work.session.flush()  # history says of which channel
    return channel


def kept_of(terms: ChannelTerms, *, at: datetime) -> dict[str, Any]:
    """What of the terms of a channel can change, by column."""
    key = read_public_key(terms.openpgp_key, at=at) if terms.openpgp_key else None
    return {
        "asks": list(terms.asks),
        "harms": list(terms.harms),
        "size_limit": terms.size_limit,
        "receipt": terms.receipt,
        "onward_disclosure": terms.onward_disclosure,
        "storage_region": terms.storage_region,
        "form_address": terms.form_address,
        "openpgp_key": terms.openpgp_key,
        "openpgp_fingerprint": key.fingerprint if key else "",
        "openpgp_expires_at": key.expires_at if key else None,
    }


def as_history(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The same as history has it: a key by its fingerprint alone."""
    return {
        one: value.isoformat() if isinstance(value, datetime) else value
        for one, value in kept.items()
        if one != NOT_IN_HISTORY
    }


def refuse_unknown_channel_terms(terms: ChannelTerms, *, at: datetime) -> None:
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
        raise Conflict("Only the partner’s own form can have a web address.")
    _refuse_another_key(terms, at)


def _refuse_another_key(terms: ChannelTerms, at: datetime) -> None:
    if terms.kind is not ChannelKind.OPENPGP:
        if terms.openpgp_key or terms.openpgp_fingerprint:
            raise Conflict("Only encrypted email has a key.")
        return
    key = read_public_key(terms.openpgp_key, at=at)
    if key.fingerprint != normalise_fingerprint(terms.openpgp_fingerprint):
        raise Conflict(ANOTHER)


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
        channel.openpgp_fingerprint,
        str(channel.openpgp_expires_at),
    )
