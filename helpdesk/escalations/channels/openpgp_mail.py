"""Email encrypted to the partner's OpenPGP key as a channel: encrypted as it is approved, so that
whoever carries it cannot read it. They answer one of us by email."""

import hashlib

from helpdesk.core.errors import Conflict
from helpdesk.core.openpgp import encrypt
from helpdesk.core.work import Work
from helpdesk.escalations.channels.protocol import WayToPartner
from helpdesk.escalations.encrypted_letters import answer_to_encrypt, request_to_encrypt
from helpdesk.escalations.models import Delivery, Escalation
from helpdesk.escalations.packets import Packet, parse_packet
from helpdesk.escalations.program_formats import formats_for
from helpdesk.partners import queries as partners
from helpdesk.partners.models import Partner


class OpenPgpMailChannel:
    """Encrypted email: their key is pinned at the channel, by its whole fingerprint."""

    def size_of(self, packet: Packet) -> int:
        return len(packet.as_text())

    def way_to(self, work: Work, partner: Partner) -> WayToPartner:
        return WayToPartner(
            has_address=partners.was_partner_email_address_given(work, partner),
            is_reached=partner.can_be_emailed(work.at),
            says_who_we_are=bool(partner.reach_us.strip()),
        )

    def seal(self, work: Work, escalation: Escalation, text: str) -> str:
        packet, partner = parse_packet(text), escalation.partner
        formats = formats_for(
            packet,
            playbook=escalation.playbook,
            partner_kind=partner.kind,
            reach_us=partner.reach_us,
            at=work.at,
        )
        whole = request_to_encrypt(packet, reach_us=partner.reach_us, formats=formats)
        escalation.openpgp_message = _encrypted(work, escalation, whole)
        return self.hash_of_sealed(escalation)

    def hash_of_sealed(self, escalation: Escalation) -> str:
        return _hash(escalation.openpgp_message)

    def seal_answer(self, work: Work, escalation: Escalation, words: str) -> None:
        """Encrypt our answer, for the worker that tells them the news."""
        partner = escalation.partner
        whole = answer_to_encrypt(
            escalation.ref, words, reach_us=partner.reach_us, is_drill=partner.is_drill
        )
        escalation.openpgp_answer = _encrypted(work, escalation, whole)

    def dispatch(self, work: Work, delivery: Delivery) -> None:
        work.enqueue("escalations.deliver", delivery_id=delivery.id)

    def address_for_news(self, work: Work, partner: Partner) -> str:
        return partners.email_address_of(work, partner)


def _encrypted(work: Work, escalation: Escalation, whole: bytes) -> str:
    channel = partners.channel_of_request(work, escalation.channel_id)
    if channel is None:
        raise Conflict("The channel by which it was to be sent is gone.")
    return encrypt(
        whole, key=channel.openpgp_key, fingerprint=channel.openpgp_fingerprint, at=work.at
    )


def _hash(message: str | None) -> str:
    return hashlib.sha256(message.encode()).hexdigest() if message else ""
