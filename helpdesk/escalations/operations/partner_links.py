"""Operations of staff on the link by which a partner without an account opens a request: make it,
record that they have its code, end it.

A new link voids the one before, and its code with it. Nothing is made before consent and approvals
hold at that very moment.
"""

from typing import Final

from helpdesk.core.codes import ReturnCode
from helpdesk.core.errors import Conflict, StalePage
from helpdesk.core.key_signatures import sign_key
from helpdesk.core.keys import Key, KeyKind, new_key
from helpdesk.core.sealing import PublicKey, Secret
from helpdesk.core.stale_page_marks import refuse_if_changed_since
from helpdesk.core.unreadable_texts import UNREADABLE
from helpdesk.core.work import Work
from helpdesk.escalations import queries
from helpdesk.escalations.link_sealing import (
    hash_token,
    link_id_token,
    link_token,
    proof_of_code,
    seal_under_both,
)
from helpdesk.escalations.models import (
    Delivery,
    Escalation,
    PartnerDecision,
    PartnerLink,
    PartnerMessage,
)
from helpdesk.escalations.models.partner_link import GivenWay, LinkEnd
from helpdesk.escalations.operations.approving import refuse_if_gates_closed
from helpdesk.escalations.operations.delivery_attempts import why_not_carried_by_hand
from helpdesk.escalations.operations.locking import lock_request_and_case
from helpdesk.escalations.packets import hash_packet_text
from helpdesk.escalations.partner_links import last_link_of, link_expires_at, link_mark_of
from helpdesk.escalations.policy import may_open_by_link
from helpdesk.escalations.staff_and_partner_labels import TROUBLES
from helpdesk.escalations.states import OPEN_TO_PARTNER, TO_CARRY, DeliveryState, EscalationState
from helpdesk.key_files import KeyFile

LINKED: Final = OPEN_TO_PARTNER | {EscalationState.APPROVED}
NOT_NOW: Final = "There is nothing that a link could open now. Please check the request again."
AGAIN_FIRST: Final = "It could not be sent. Press “Send it again” first."
ON_ITS_WAY: Final = "The email with the link is being sent. Try again in a minute."
NOT_AGREED: Final = (
    "The reporter has withdrawn their consent, so this request is being withdrawn. Please don’t"
    " give anyone the code."
)
NO_LINK: Final = "There is no link that works, so there is no code to give. Make a new one."


def make_link(work: Work, escalation: Escalation, *, seen: str | None = None) -> ReturnCode:
    """Make the link and the code that open a request together. Returns the code, which is kept
    nowhere: whoever makes it gives it to them, and records that, and only then the link is emailed.
    `seen` is the mark of the link on the page."""
    work.require(may_open_by_link, escalation)
    lock_request_and_case(work, escalation)
    delivery = _delivery_to_open(work, escalation)
    before = last_link_of(work, escalation)
    refuse_if_changed_since(seen, now=link_mark_of(before))
    _refuse_what_does_not_hold(work, escalation, delivery)
    if before is not None and before.ended_at is None:
        _end(work, escalation, before, LinkEnd.REPLACED)
        work.session.flush()  # one that works at a time
    link, code = _new_link(work, escalation)
    work.record(
        "escalation.link_made",
        escalation,
        link=link.id,
        expires_at=link.expires_at.isoformat(),
    )
    escalation.wait_for_link_again()  # if the one before was on its way
    return code


def record_code_given(
    work: Work, escalation: Escalation, *, way: GivenWay, seen: str | None = None
) -> None:
    """Record that one of us gave them the code, and how, and have the link emailed: so they can
    open what they get, and their time begins no earlier. `seen` is the mark of the link."""
    work.require(may_open_by_link, escalation)
    lock_request_and_case(work, escalation)
    delivery = _delivery_to_open(work, escalation)
    link = last_link_of(work, escalation)
    refuse_if_changed_since(seen, now=link_mark_of(link))
    if link is None or not link.is_live(work.at):
        raise StalePage(NO_LINK)
    if link.given_at is not None:
        raise StalePage("It has already been recorded that they have the code.")
    link.given_at, link.given_by, link.given_way = work.at, work.actor.id, way
    work.record("escalation.link_code_given", escalation, link=link.id, way=way)
    if delivery.state is DeliveryState.ACCEPTED:
        about = f"link-{link.id}"
        work.enqueue("escalations.tell_partner", escalation_id=escalation.id, about=about)
        return
    delivery.retry_at = None  # it is another link
    work.enqueue("escalations.deliver", delivery_id=delivery.id)


def end_link(work: Work, escalation: Escalation, *, seen: str | None = None) -> None:
    """End the link: nothing opens with it any more, and no visit goes on. What was not sent yet
    waits for one of us to make another. `seen` is the mark of the link."""
    work.require(may_open_by_link, escalation)
    lock_request_and_case(work, escalation)
    link = last_link_of(work, escalation)
    refuse_if_changed_since(seen, now=link_mark_of(link))
    if link is None or link.ended_at is not None:
        raise StalePage("There is no link that could be ended.")
    _end(work, escalation, link, LinkEnd.BY_US)
    escalation.wait_for_link_again()


def _end(work: Work, escalation: Escalation, link: PartnerLink, because: LinkEnd) -> None:
    link.end(because, at=work.at)
    escalation.packet_for_partner = escalation.partner_key_id = None
    work.record("escalation.link_ended", escalation, link=link.id, because=because)


def _new_link(work: Work, escalation: Escalation) -> tuple[PartnerLink, ReturnCode]:
    """What they can read is sealed to a key of the link's own, from the case's: the text that was
    approved, and what was said back and forth."""
    secret, code = Secret.new(), ReturnCode.new()
    link = PartnerLink(escalation_id=escalation.id, case_id=escalation.case_id, made_at=work.at)
    key, own = new_key(work.session, KeyKind.LINK, link.id)
    work.session.flush()
    _sign(work, key)
    link.key_id, link.made_by = key.id, work.actor.id
    link.tag, link.proof_hash = hash_token(link_id_token(secret)), hash_token(proof_of_code(code))
    place = link.envelope_place_of("unlocks")
    link.unlocks = seal_under_both(own, link=secret.public, code=code, place=place)
    link.address = work.keys.service.seal(
        KeyFile.PARTNER_ADDRESSES, link_token(secret), link.envelope_place_of("address")
    )
    link.expires_at = link_expires_at(escalation.partner, escalation.priority, work.at)
    work.session.add(link)
    escalation.partner_key_id = key.id
    _seal_all(work, escalation, key.public)
    return link, code


def _sign(work: Work, key: Key) -> None:
    """Our answers are sealed to no key that we have not signed."""
    house = work.keys.service.secret(KeyFile.STAFF_SIGNING)
    if house is None:
        raise Conflict("This process has no key to sign with, so no link can be made.")
    sign_key(work.session, key, by=house)


def _seal_all(work: Work, escalation: Escalation, public: PublicKey) -> None:
    text = work.keys.open(escalation, "packet")
    if hash_packet_text(text) != escalation.packet_hash:
        raise Conflict(TROUBLES["packet_changed"])
    place = escalation.envelope_place_of("packet_for_partner")
    escalation.packet_for_partner = public.seal_text(text, place)
    rows: list[tuple[Escalation | PartnerMessage | PartnerDecision, str, str]] = [
        (escalation, "ticket", "ticket_for_partner"),
        *((one, "body", "for_partner") for one in queries.partner_messages_of(work, escalation)),
        *((one, "note", "note_for_partner") for one in queries.decisions_of(work, escalation)),
    ]
    for row, ours, theirs in rows:
        words = work.keys.read(row, ours)
        if words and words is not UNREADABLE:
            setattr(row, theirs, public.seal_text(words, row.envelope_place_of(theirs)))


def _delivery_to_open(work: Work, escalation: Escalation) -> Delivery:
    delivery = queries.delivery_of_request(work, escalation)
    if delivery is None or escalation.state not in LINKED:
        raise StalePage(NOT_NOW)
    if delivery.state is DeliveryState.DEAD_LETTER:
        raise Conflict(AGAIN_FIRST)
    if delivery.state is DeliveryState.SENDING and delivery.is_leased(work.at):
        raise Conflict(ON_ITS_WAY)
    return delivery


def _refuse_what_does_not_hold(work: Work, escalation: Escalation, delivery: Delivery) -> None:
    trouble = why_not_carried_by_hand(work, delivery)
    if trouble == "consent_withdrawn":
        raise Conflict(NOT_AGREED)
    if trouble:
        raise Conflict(TROUBLES.get(trouble, NOT_NOW))
    if escalation.state in TO_CARRY:
        refuse_if_gates_closed(work, escalation)
