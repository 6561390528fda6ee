"""By which channel a request goes: chosen as it is written, and kept as its page and the reporter's
preview say it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from helpdesk.core.markup import bidi_isolate
from helpdesk.core.work import Work
from helpdesk.escalations.channels.adapters import ADAPTERS
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.packets import Packet
from helpdesk.escalations.states import EscalationState
from helpdesk.partners import queries as partners
from helpdesk.partners.channel_choice import ChannelChoice, ChannelNeed, choose_channel
from helpdesk.partners.channel_terms import DISCLOSURES, KINDS, WORSE, OnwardDisclosure
from helpdesk.partners.models import PartnerChannel

WARNINGS: Final = {
    OnwardDisclosure.TELLS: (
        "{partner} shows what we send to the party that is reported. They could learn from it that"
        " someone asked for help, and who. Make sure that the reporter knows this before they agree"
        " and before you send it."
    ),
    OnwardDisclosure.UNKNOWN: (
        "We don’t know whether {partner} shows what we send to the party that is reported. Make"
        " sure that the reporter knows this before they agree and before you send it."
    ),
}


@dataclass(frozen=True)
class RequestRoute:
    """How a request goes, as its page says it: by which channel, why by that one, who else hears of
    it, and the warning about that; empty where there is nothing to warn of."""

    channel: str
    reasons: tuple[str, ...]
    disclosure: str
    warning: str


def choose_channel_for_request(work: Work, escalation: Escalation, packet: Packet) -> ChannelChoice:
    """The channel by which a request with this packet would go now."""
    need = ChannelNeed(
        escalation.ask,
        escalation.playbook,
        {kind: adapter.size_of(packet) for kind, adapter in ADAPTERS.items()},
    )
    return choose_channel(partners.channels_of(work, escalation.partner), need)


def route_of(work: Work, escalation: Escalation, packet: Packet) -> RequestRoute:
    """How a request goes, or went. Why by this channel is said as long as it is a draft."""
    is_draft = escalation.state is EscalationState.DRAFT
    choice = choose_channel_for_request(work, escalation, packet) if is_draft else None
    return RequestRoute(
        channel=KINDS[escalation.channel_kind] if escalation.channel_id else "",
        reasons=choice.reasons if choice is not None else (),
        disclosure=DISCLOSURES[escalation.onward_disclosure],
        warning=WARNINGS.get(escalation.onward_disclosure, "").format(
            partner=bidi_isolate(escalation.partner.name)
        ),
    )


def why_channel_shuts(work: Work, escalation: Escalation, packet: Packet) -> str:
    """The sentence that says why a request can't go by its channel; empty if it can."""
    whom = bidi_isolate(escalation.partner.name)
    if escalation.state is not EscalationState.DRAFT:
        channel = work.session.get(PartnerChannel, escalation.channel_id or "")
        if channel is None or is_route_lost(escalation, channel):
            return (
                f"The channel by which it was to reach {whom} has ended, or more people would hear"
                " of it there by now. Withdraw it, and write another request."
            )
        return ""
    choice = choose_channel_for_request(work, escalation, packet)
    if choice.channel is None:
        return (
            f"No channel of {whom} takes this. {' '.join(choice.reasons)} A coordinator can change"
            " that on the partner’s page."
        )
    now = (choice.channel.id, choice.channel.onward_disclosure)
    if is_key_expired(choice.channel, work.at):
        return (
            f"The OpenPGP key of {whom} has expired. Ask them for a renewed copy, or their new key."
            " A coordinator can save it on the partner’s page."
        )
    if now != (escalation.channel_id, escalation.onward_disclosure):
        return (
            f"How requests get to {whom} was changed after this one was written. Save it again, so"
            " that the reporter can see it as it would be sent."
        )
    return ""


def is_key_expired(channel: PartnerChannel, at: datetime) -> bool:
    """Whether the key that is encrypted to there has expired."""
    return channel.openpgp_expires_at is not None and channel.openpgp_expires_at <= at


def is_route_lost(escalation: Escalation, channel: PartnerChannel) -> bool:
    """Whether the channel by which a request was approved has ended, or more people hear of it
    there by now than its page and the reporter's preview said."""
    is_worse = WORSE[channel.onward_disclosure] > WORSE[escalation.onward_disclosure]
    return channel.ended_on is not None or is_worse
