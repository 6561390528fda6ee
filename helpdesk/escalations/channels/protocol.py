"""What every kind of channel can do: whoever drafts, approves or sends a request asks no kind."""

from dataclasses import dataclass
from typing import Protocol

from helpdesk.core.work import Work
from helpdesk.escalations.models import Delivery, Escalation
from helpdesk.escalations.packets import Packet
from helpdesk.partners.models import Partner


@dataclass(frozen=True)
class WayToPartner:
    """Whether a partner can be reached by a channel now, as the gates ask it."""

    can_open: bool = True
    has_address: bool = True
    is_reached: bool = True
    says_who_we_are: bool = True


class ChannelAdapter(Protocol):
    """A kind of channel. Each gets the packet that was approved, and nothing else of a case."""

    def size_of(self, packet: Packet) -> int:
        """How many characters the partner gets of this packet."""

    def way_to(self, work: Work, partner: Partner) -> WayToPartner:
        """Whether the partner can be reached by it now."""

    def seal(self, work: Work, escalation: Escalation, text: str) -> str:
        """Keep exactly this text for whoever carries it, and say its SHA-256 as it is kept for
        them."""

    def hash_of_sealed(self, escalation: Escalation) -> str:
        """The SHA-256 of what is kept for them now; empty where nothing is."""

    def seal_answer(self, work: Work, escalation: Escalation, words: str) -> None:
        """Keep our answer to their question for whoever tells them the news, where it travels with
        that."""

    def dispatch(self, work: Work, delivery: Delivery) -> None:
        """Begin to carry what was approved, or have it wait for whoever carries it."""

    def address_for_news(self, work: Work, partner: Partner) -> str:
        """Where an email goes that there is news on a request; empty where none can go."""
