"""Operations on channels of a partner: add, change, move forward and end them."""

from typing import Final

from helpdesk.core.errors import Conflict, StalePage
from helpdesk.core.stale_page_marks import refuse_if_changed_since
from helpdesk.core.work import Work
from helpdesk.partners.channel_rows import (
    as_history,
    kept_of,
    new_channel,
    refuse_unknown_channel_terms,
)
from helpdesk.partners.channel_terms import ChannelTerms
from helpdesk.partners.models import Partner, PartnerChannel
from helpdesk.partners.operations.registration import suspend_vetting
from helpdesk.partners.policy import may_manage_partner
from helpdesk.partners.queries import channels_of, lock_partner
from helpdesk.partners.stale_page_marks import channels_mark_of

KEEPS_ITS_KEY: Final = (
    "A channel keeps its key: only a renewed copy of the same one can be saved here. For another"
    " key, add a channel and end this one."
)
ENDED: Final = "This channel has ended. Add a new one if they use it again."


def add_channel(
    work: Work, partner: Partner, *, terms: ChannelTerms, seen: str | None = None
) -> PartnerChannel:
    """Add a channel, as the last one that is tried. Who reads what goes there has to be vetted
    again: that is not one person's to say. `seen` is the mark of the channels on the page."""
    work.require(may_manage_partner, partner)
    _lock_unchanged(work, partner, seen)
    refuse_unknown_channel_terms(terms, at=work.at)
    channel = new_channel(work, partner, terms)
    partner.remember_changer(by=work.actor.id)
    work.record(
        "partner.channel_added",
        partner,
        channel=channel.id,
        kind=terms.kind,
        **as_history(kept_of(terms, at=work.at)),
    )
    if partner.is_vetted:
        suspend_vetting(work, partner)
    return channel


def change_channel(
    work: Work,
    partner: Partner,
    channel: PartnerChannel,
    *,
    terms: ChannelTerms,
    seen: str | None = None,
) -> None:
    """Settle what is true of a channel; of which kind it is stays. What was approved and is not
    sent yet waits for a person, if more people would hear of it by now than its page said. Whose
    form is at another address is not one person's to say: the partner has to be vetted again."""
    work.require(may_manage_partner, partner)
    _lock_current(work, partner, channel, seen)
    if terms.kind is not channel.kind:
        raise Conflict("A channel keeps its kind. End this one, and add another.")
    refuse_unknown_channel_terms(terms, at=work.at)
    after = kept_of(terms, at=work.at)
    if channel.openpgp_fingerprint != after["openpgp_fingerprint"]:
        raise Conflict(KEEPS_ITS_KEY)
    was = {one: getattr(channel, one) for one in after}
    changed = [one for one in after if was[one] != after[one]]
    is_elsewhere = channel.form_address != terms.form_address
    for one, value in after.items():
        setattr(channel, one, value)
    partner.remember_changer(by=work.actor.id)
    work.record(
        "partner.channel_changed",
        partner,
        channel=channel.id,
        changed=changed,
        was=as_history(was),
        now=as_history(after),
    )
    if is_elsewhere and partner.is_vetted:
        suspend_vetting(work, partner)


def move_channel_forward(
    work: Work, partner: Partner, channel: PartnerChannel, *, seen: str | None = None
) -> None:
    """Have a channel tried before the one that was tried before it. `seen` is the mark of the
    order on the page."""
    work.require(may_manage_partner, partner)
    _lock_current(work, partner, channel, seen)
    before = [one for one in channels_of(work, partner) if one.position < channel.position]
    if not before:
        raise StalePage("This channel is the first already.")
    other = before[-1]
    channel.position, other.position = other.position, channel.position
    partner.remember_changer(by=work.actor.id)
    work.record("partner.channel_moved", partner, channel=channel.id)


def end_channel(
    work: Work, partner: Partner, channel: PartnerChannel, *, seen: str | None = None
) -> None:
    """End a channel: nothing new goes out by it. What it was stays."""
    work.require(may_manage_partner, partner)
    _lock_current(work, partner, channel, seen)
    channel.ended_on = work.at.date()
    partner.remember_changer(by=work.actor.id)
    work.record("partner.channel_ended", partner, channel=channel.id)


def _lock_unchanged(work: Work, partner: Partner, seen: str | None) -> None:
    """Channels are held by their partner: they have an order, so one is never changed alone."""
    lock_partner(work, partner)
    for one in channels_of(work, partner, with_ended=True):
        work.session.refresh(one)
    refuse_if_changed_since(seen, now=channels_mark_of(work, partner))


def _lock_current(work: Work, partner: Partner, channel: PartnerChannel, seen: str | None) -> None:
    _lock_unchanged(work, partner, seen)
    if channel.ended_on is not None:
        raise StalePage(ENDED)
