"""What the partner's page says of its channels, line by line."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from helpdesk.core.work import Work
from helpdesk.partners import queries
from helpdesk.partners.ask_labels import TAKES
from helpdesk.partners.channel_terms import (
    DISCLOSURES,
    KINDS,
    RECEIPTS,
    name_of_storage_region,
)
from helpdesk.partners.contact_lines import PartnerAct
from helpdesk.partners.models import Partner, PartnerChannel

DONE: Final = {
    "partner.channel_added": "added a channel",
    "partner.channel_changed": "changed a channel",
    "partner.channel_moved": "moved a channel forward",
    "partner.channel_ended": "ended a channel",
}


TO_BE_FOUND: Final = "Added. The person who vets them looks it up on the partner’s own website."


class ChannelLine(NamedTuple):
    """A channel, what its kind is called, whether another is tried before it, and what we know."""

    channel: PartnerChannel
    title: str
    can_move_forward: bool
    says: Sequence[tuple[str, str]]


def channel_lines_of(
    work: Work, partner: Partner, *, title: Callable[[str], str]
) -> list[ChannelLine]:
    """Every channel in its order, those that ended last. `title` says what a playbook is called."""
    found = queries.channels_of(work, partner, with_ended=True)
    return [
        ChannelLine(
            one,
            KINDS[one.kind],
            place > 0 and one.ended_on is None,
            _says(one, title=title, shown=_shown(partner, one)),
        )
        for place, one in enumerate(found)
    ]


def channel_acts_of(work: Work, partner: Partner) -> Sequence[PartnerAct]:
    """What was done about them, the newest first."""
    return [
        PartnerAct(one.at, one.actor_id, DONE.get(one.action, one.action))
        for one in queries.history_of_channels(work, partner)
    ]


def _shown(partner: Partner, channel: PartnerChannel) -> str:
    """The fingerprint of a key, in groups; not while somebody has to find it at the partner's own
    website, because from here they could only copy it."""
    said = channel.openpgp_fingerprint
    is_to_be_found = channel.ended_on is None and not partner.is_vetted
    return (
        TO_BE_FOUND
        if is_to_be_found
        else " ".join(said[place : place + 4] for place in range(0, len(said), 4))
    )


def _until(channel: PartnerChannel) -> str:
    ends = channel.openpgp_expires_at
    return f"{ends:%-d %B %Y, %H:%M} UTC" if ends is not None else "No end that its owner has set"


def _says(
    channel: PartnerChannel, *, title: Callable[[str], str], shown: str
) -> list[tuple[str, str]]:
    asks = "; ".join(TAKES[one] for one in TAKES if one in channel.asks)
    limit = channel.size_limit
    where = [("Address of the form", channel.form_address)] if channel.form_address else []
    if channel.openpgp_fingerprint:
        where = [("Their OpenPGP key", shown), ("The key can be used until", _until(channel))]
    return [
        ("Who else hears of it", DISCLOSURES[channel.onward_disclosure]),
        ("Takes", asks or "Everything that the partner takes"),
        ("About", "; ".join(title(one) for one in channel.harms) or "Every kind of problem"),
        ("Longest text", f"{limit} characters" if limit else "No limit that we know of"),
        *where,
        ("Receipt", RECEIPTS[channel.receipt]),
        ("Kept in", name_of_storage_region(channel.storage_region)),
    ]
