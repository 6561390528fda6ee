"""Which adapter a kind of channel has."""

from collections.abc import Mapping
from typing import Final

from helpdesk.escalations.channels.by_link import LinkChannel
from helpdesk.escalations.channels.desk import DeskChannel
from helpdesk.escalations.channels.openpgp_mail import OpenPgpMailChannel
from helpdesk.escalations.channels.own_form import FormChannel
from helpdesk.escalations.channels.protocol import ChannelAdapter
from helpdesk.partners.channel_terms import ChannelKind

ADAPTERS: Final[Mapping[ChannelKind, ChannelAdapter]] = {
    ChannelKind.DESK: DeskChannel(),
    ChannelKind.FORM: FormChannel(),
    ChannelKind.OPENPGP: OpenPgpMailChannel(),
    ChannelKind.LINK: LinkChannel(),
}


def adapter_of(kind: ChannelKind) -> ChannelAdapter:
    """The adapter of a kind of channel."""
    return ADAPTERS[kind]
