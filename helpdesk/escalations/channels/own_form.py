"""A form of theirs as a channel: one of us copies the approved text there, field by field."""

from helpdesk.core.work import Work
from helpdesk.escalations import clocks
from helpdesk.escalations.channels.protocol import WayToPartner
from helpdesk.escalations.models import Delivery, Escalation
from helpdesk.escalations.packets import Packet
from helpdesk.partners.models import Partner


class FormChannel:
    """A form of theirs: nobody there has a key, so the text is kept for the case alone, and waits
    for whoever carries it."""

    def size_of(self, packet: Packet) -> int:
        return sum(len(words) for _label, words in packet.lines())

    def way_to(self, work: Work, partner: Partner) -> WayToPartner:
        return WayToPartner()

    def seal(self, work: Work, escalation: Escalation, text: str) -> str:
        return self.hash_of_sealed(escalation)

    def hash_of_sealed(self, escalation: Escalation) -> str:
        # Sealed to nobody else: whoever opens the text compares it with this.
        return escalation.packet_hash

    def seal_answer(self, work: Work, escalation: Escalation, words: str) -> None:
        """One of us copies it."""

    def dispatch(self, work: Work, delivery: Delivery) -> None:
        """It is our move until somebody says that they sent it: the alarm stands for that."""
        due = clocks.our_move_due_at(work, delivery.escalation)
        if due is None:
            due = clocks.start_our_clock(work, delivery.escalation)
        clocks.schedule_our_alarm(work, delivery.escalation, due=due)

    def address_for_news(self, work: Work, partner: Partner) -> str:
        return ""
