"""A link and a code as a channel: one of us makes both once it is approved and gives them the code,
and then the link goes by email. They have no account."""

from helpdesk.core.work import Work
from helpdesk.escalations import clocks
from helpdesk.escalations.channels.protocol import WayToPartner
from helpdesk.escalations.models import Delivery, Escalation
from helpdesk.escalations.packets import Packet
from helpdesk.escalations.partner_links import is_link_to_send
from helpdesk.partners import queries as partners
from helpdesk.partners.models import Partner


class LinkChannel:
    """A link by email: what is behind it is sealed when one of us makes the link, and not before,
    because whoever makes it is shown the code."""

    def size_of(self, packet: Packet) -> int:
        return len(packet.as_text())

    def way_to(self, work: Work, partner: Partner) -> WayToPartner:
        return WayToPartner(
            has_address=partners.was_partner_email_address_given(work, partner),
            is_reached=partner.can_be_emailed(work.at),
            says_who_we_are=bool(partner.reach_us.strip()),
        )

    def seal(self, work: Work, escalation: Escalation, text: str) -> str:
        return self.hash_of_sealed(escalation)

    def hash_of_sealed(self, escalation: Escalation) -> str:
        # Sealed to nobody else yet: whoever makes a link, or opens it, compares the text with this.
        return escalation.packet_hash

    def seal_answer(self, work: Work, escalation: Escalation, words: str) -> None:
        """It lies behind their link."""

    def dispatch(self, work: Work, delivery: Delivery) -> None:
        """It is our move until one of us has made a link and given them its code: the alarm stands
        for that."""
        escalation = delivery.escalation
        if is_link_to_send(work, escalation):
            work.enqueue("escalations.deliver", delivery_id=delivery.id)
            return
        escalation.wait_for_link_again()
        due = clocks.our_move_due_at(work, escalation)
        if due is None:
            due = clocks.start_our_clock(work, escalation)
        clocks.schedule_our_alarm(work, escalation, due=due)

    def address_for_news(self, work: Work, partner: Partner) -> str:
        return partners.email_address_of(work, partner)
