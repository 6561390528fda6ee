"""By which of a partner's channels a request goes: the first, in the partner's order, that fits
what is asked.

Pure: what stands in the way of a channel that fits, such as nobody who can open it, is for gates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from helpdesk.partners.ask_labels import TAKES
from helpdesk.partners.channel_terms import KINDS, ChannelKind
from helpdesk.partners.models import PartnerChannel

ONLY: Final = "It’s their only channel."
FIRST: Final = "It’s the first of their channels that takes this."


@dataclass(frozen=True)
class ChannelNeed:
    """What a request needs of a channel: its ask, the playbook that it is about (empty: none), and
    its size by each kind of channel."""

    ask: str
    harm: str
    sizes: Mapping[ChannelKind, int]


@dataclass(frozen=True)
class ChannelChoice:
    """The channel by which a request goes, and why; none, and why not, if no channel takes it."""

    channel: PartnerChannel | None
    reasons: tuple[str, ...]


def choose_channel(channels: Sequence[PartnerChannel], need: ChannelNeed) -> ChannelChoice:
    """Choose the first of these channels that fits, and say why not those before it."""
    if not channels:
        return ChannelChoice(None, ("They have no channel.",))
    passed: list[str] = []
    for one in channels:
        if why_not := _why_not(one, need):
            passed.append(f"{KINDS[one.kind]}: {why_not}")
            continue
        return ChannelChoice(one, (ONLY if len(channels) == 1 else FIRST, *passed))
    return ChannelChoice(None, tuple(passed))


def _why_not(channel: PartnerChannel, need: ChannelNeed) -> str:
    if channel.asks and need.ask not in channel.asks:
        return f"not for “{TAKES[need.ask]}”."
    if channel.harms and need.harm not in channel.harms:
        return "not for this kind of problem."
    size = need.sizes[channel.kind]
    if channel.size_limit is not None and size > channel.size_limit:
        return f"it takes {channel.size_limit} characters, and this request has {size}."
    return ""
