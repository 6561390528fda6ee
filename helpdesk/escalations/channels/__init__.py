"""Channels of requests: one adapter for each kind, behind one Protocol (decision 0062)."""

from helpdesk.escalations.channels.adapters import adapter_of
from helpdesk.escalations.channels.protocol import ChannelAdapter, WayToPartner

__all__ = ["ChannelAdapter", "WayToPartner", "adapter_of"]
