"""Operations on a partner's email address: set, confirmed with a code, and then used for requests.

By one of theirs at their desk; or by a coordinator to whom they read it out, because their first
person may not have a sign-in yet.
"""

from sqlalchemy import func, select

from helpdesk.core.actors import Role
from helpdesk.core.email_addresses import parse_email_address
from helpdesk.core.errors import NotAllowed, StalePage
from helpdesk.core.sealing import Envelope
from helpdesk.core.unconfirmed_addresses import CodeCheckResult, check_code, generate_code_for
from helpdesk.core.work import Work
from helpdesk.partners.events import PartnerEmailAddressConfirmed
from helpdesk.partners.models import Partner, UnconfirmedPartnerEmailAddress
from helpdesk.partners.policy import may_confirm_partner_email_address, may_manage_partner
from helpdesk.partners.queries import keys_of_partner, lock_partner


def set_partner_email_address(work: Work, partner: Partner, address: str) -> None:
    """Set a partner's email address, which has to be confirmed before it is used.

    A test letter goes there, and the address before stays in use until its code is typed. The
    address before is told.
    """
    work.require(may_manage_partner, partner)
    lock_partner(work, partner)
    new = _propose(work, partner, parse_email_address(address))
    if partner.mailbox is not None:
        new.old = partner.mailbox
        at = int(work.at.timestamp())
        work.enqueue("partners.tell_old_mailbox", partner_id=partner.id, at=at)
    partner.remember_changer(by=work.actor.id)
    work.record("partner.mailbox_given", partner)


def send_first_email_address_code(work: Work, partner: Partner, address: str) -> None:
    """Send the first code to confirm a partner's address. No rule: whoever may register a partner
    comes through here."""
    _propose(work, partner, parse_email_address(address))


def resend_email_address_code(work: Work, partner: Partner) -> None:
    """Send another code to confirm the address; the code before stops working. Also the first one,
    to an address that was given before there were any."""
    work.require(may_manage_partner, partner)
    new = _held(work, partner)
    if new is not None and new.address is not None:
        _new_code(work, new)
    elif partner.mailbox is not None and partner.mailbox_confirmed_at is None:
        _propose(work, partner, partner.mailbox)
    else:
        raise StalePage("There is no address to confirm.")
    work.record("partner.mailbox_tested", partner)


def confirm_email_address(work: Work, partner: Partner, code: str) -> bool:
    """Confirm a partner's new address, if this is the code of its email. A wrong one counts.

    What could not be told at the old address is told at the new one.
    """
    work.require(may_confirm_partner_email_address, partner)
    _refuse_who_was_not_let_in(work, partner)
    new = _held(work, partner)
    if new is None or new.address is None:
        raise StalePage("There is no address to confirm. It may already be confirmed.")
    found = check_code(work, new, code)
    if found is not CodeCheckResult.RIGHT:
        work.record(f"partner.mailbox_code_{found}", partner)
        return False
    # The database moves it: the partner desk may write no address.
    work.session.execute(select(func.use_partner_mailbox(partner.id, work.at)))
    work.session.refresh(partner)
    work.session.refresh(new)
    if work.actor.role is Role.COORDINATOR:
        partner.remember_changer(by=work.actor.id)  # who put it in use does not vouch for it
    work.record("partner.mailbox_confirmed", partner)
    work.announce(PartnerEmailAddressConfirmed(partner.id, at=int(work.at.timestamp())))
    return True


def _refuse_who_was_not_let_in(work: Work, partner: Partner) -> None:
    """The helpdesk invites people of a partner, and only the partner's own people let them in.
    Until then nobody says anything in the partner's name."""
    key = keys_of_partner(work, partner).current
    if work.actor.role is Role.PARTNER and (key is None or not work.keys.holds(key.id)):
        raise NotAllowed(
            "You don’t have access yet. Someone in your team who can read requests has to do this."
        )


def _propose(
    work: Work, partner: Partner, address: str | Envelope
) -> UnconfirmedPartnerEmailAddress:
    new = _held(work, partner)
    if new is None:
        new = UnconfirmedPartnerEmailAddress(partner_id=partner.id, tries=0, asked_at=work.at)
        work.session.add(new)
    new.address = address if isinstance(address, Envelope) else _sealed(work, new, address)
    _new_code(work, new)
    return new


def _new_code(work: Work, new: UnconfirmedPartnerEmailAddress) -> None:
    generate_code_for(work, new)
    at = int(work.at.timestamp())
    work.enqueue("partners.send_mailbox_code", partner_id=new.partner_id, at=at)


def _held(work: Work, partner: Partner) -> UnconfirmedPartnerEmailAddress | None:
    return work.session.get(UnconfirmedPartnerEmailAddress, partner.id, with_for_update=True)


def _sealed(work: Work, new: UnconfirmedPartnerEmailAddress, address: str) -> Envelope:
    return work.keys.service.seal(new.SEALED_TO, address, new.envelope_place_of("address"))
