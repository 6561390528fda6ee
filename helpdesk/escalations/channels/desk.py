"""The partner desk as a channel: sealed to their key, and announced by an email with a link."""

import hashlib

from helpdesk.core.errors import Conflict
from helpdesk.core.markup import bidi_isolate
from helpdesk.core.work import Work
from helpdesk.escalations.channels.protocol import WayToPartner
from helpdesk.escalations.models import Delivery, Escalation
from helpdesk.escalations.packets import Packet
from helpdesk.partners import queries as partners
from helpdesk.partners.models import Partner


class DeskChannel:
    """The partner desk: their people sign in, and the worker emails them that something waits."""

    def size_of(self, packet: Packet) -> int:
        return len(packet.as_text())

    def way_to(self, work: Work, partner: Partner) -> WayToPartner:
        return WayToPartner(
            can_open=partners.can_anyone_open_requests(work, partner),
            has_address=partners.was_partner_email_address_given(work, partner),
            is_reached=partner.can_be_emailed(work.at),
            says_who_we_are=bool(partner.reach_us.strip()),
        )

    def seal(self, work: Work, escalation: Escalation, text: str) -> str:
        key = partners.keys_of_partner(work, escalation.partner).current
        if key is None:
            whom = bidi_isolate(escalation.partner.name)
            raise Conflict(f"Nobody at {whom} can open a request yet.")
        sealed = key.public.seal_text(text, escalation.envelope_place_of("packet_for_partner"))
        escalation.packet_for_partner, escalation.partner_key_id = sealed, key.id
        return self.hash_of_sealed(escalation)

    def hash_of_sealed(self, escalation: Escalation) -> str:
        sealed = escalation.packet_for_partner
        return hashlib.sha256(sealed.raw).hexdigest() if sealed is not None else ""

    def seal_answer(self, work: Work, escalation: Escalation, words: str) -> None:
        """It lies at their desk."""

    def dispatch(self, work: Work, delivery: Delivery) -> None:
        work.enqueue("escalations.deliver", delivery_id=delivery.id)

    def address_for_news(self, work: Work, partner: Partner) -> str:
        return partners.email_address_of(work, partner)
