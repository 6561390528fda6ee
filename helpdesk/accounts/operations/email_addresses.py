"""Email addresses of staff and partners' people: proposed, confirmed with a code, and then used for
alerts."""

from datetime import timedelta
from typing import Final

from helpdesk.accounts.keys_signed_by_helpdesk import verified_key_of_person
from helpdesk.accounts.models import Person, UnconfirmedEmailAddress
from helpdesk.accounts.policy import may_use_own_account
from helpdesk.core.email_addresses import parse_email_address
from helpdesk.core.errors import StalePage
from helpdesk.core.sealing import Envelope
from helpdesk.core.unconfirmed_addresses import CodeCheckResult, check_code, generate_code_for
from helpdesk.core.work import Work
from helpdesk.key_files import KeyFile

# Most who start over have lost a phone, and are on duty.
USED_AFTER_RESET: Final = timedelta(days=3)


def propose_own_email_address(work: Work, person: Person, address: str) -> None:
    """Set the email address for one's own alerts, used once it is confirmed; with none, no alerts
    go out.

    A test letter goes there, and the address before stays in use until its code is typed. The
    address before is told.
    """
    work.require(may_use_own_account, person)
    kept, before = parse_email_address(address) if address else "", person.email
    key = verified_key_of_person(work, person) if kept and person.key is not None else None
    new = _propose(work, person, _sealed(work, person, kept) if kept else None)
    if key is not None:
        place = new.envelope_place_of("address_for_self")
        new.address_for_self = key.public.seal_text(kept, place)
    if before is not None:
        new.old = before
        work.enqueue("accounts.tell_old_mailbox", person_id=person.id, at=int(work.at.timestamp()))
    if not kept:
        person.email = person.email_for_self = None
        person.email_confirmed_at = person.email_used_until = None
    work.record("person.mailbox_given" if kept else "person.mailbox_taken_back", person)


def propose_email_address_for_newcomer(work: Work, person: Person, address: str) -> None:
    """Note the email address that somebody typed for a person they invite: the code is sent when
    that person has enrolled. No rule: whoever may invite comes through here."""
    if address:
        new = UnconfirmedEmailAddress(person_id=person.id, tries=0, asked_at=work.at)
        new.address = _sealed(work, person, parse_email_address(address))
        work.session.add(new)


def send_first_email_address_code(work: Work, person: Person) -> None:
    """Send the first code to the address with which a person was invited, if there is one.

    No rule: they have just enrolled.
    """
    new = _held(work, person)
    if new is not None and new.address is not None:
        _new_code(work, new)


def resend_email_address_code(work: Work, person: Person) -> None:
    """Send another code to confirm the address; the code before stops working. Also the first one,
    to an address that was given before there were any."""
    work.require(may_use_own_account, person)
    new = _held(work, person)
    if new is not None and new.address is not None:
        _new_code(work, new)
    elif person.email is not None and person.email_confirmed_at is None:
        new = _propose(work, person, person.email)
        new.address_for_self = person.email_for_self
    else:
        raise StalePage("There is no address to confirm.")
    work.record("person.mailbox_tested", person)


def confirm_email_address(work: Work, person: Person, code: str) -> bool:
    """Confirm one's new email address, if this is the code of its email. A wrong one counts."""
    work.require(may_use_own_account, person)
    new = _held(work, person)
    if new is None or new.address is None:
        raise StalePage("There is no address to confirm. It may already be confirmed.")
    found = check_code(work, new, code)
    if found is not CodeCheckResult.RIGHT:
        work.record(f"person.mailbox_code_{found}", person)
        return False
    person.email, person.email_for_self = new.address, new.address_for_self
    person.email_confirmed_at, person.email_used_until = work.at, None
    new.address = new.address_for_self = new.code = new.code_tag = None
    work.record("person.mailbox_confirmed", person)
    return True


def distrust_email_address(work: Work, person: Person) -> None:
    """Stop relying on the email address of an account that somebody else may have had. Whoever had
    the account may have typed the address: one that waits is forgotten, and the one in use has to
    be confirmed once more. Until then, and for three days at most, alarms still go there.

    No rule: whoever makes them enrol once more comes through here.
    """
    new = _held(work, person)
    if new is not None:
        new.address = new.address_for_self = new.code = new.code_tag = None
    if person.email is not None:
        was_confirmed = person.email_confirmed_at is not None
        person.email_confirmed_at = None
        if was_confirmed:  # one that was not is used no longer than before
            person.email_used_until = work.at + USED_AFTER_RESET


def _propose(work: Work, person: Person, address: Envelope | None) -> UnconfirmedEmailAddress:
    new = _held(work, person)
    if new is None:
        new = UnconfirmedEmailAddress(person_id=person.id, tries=0, asked_at=work.at)
        work.session.add(new)
    new.address, new.address_for_self = address, None
    new.code = new.code_tag = None
    if address is not None:
        _new_code(work, new)
    return new


def _new_code(work: Work, new: UnconfirmedEmailAddress) -> None:
    generate_code_for(work, new)
    work.enqueue("accounts.send_mailbox_code", person_id=new.person_id, at=int(work.at.timestamp()))


def _held(work: Work, person: Person) -> UnconfirmedEmailAddress | None:
    return work.session.get(UnconfirmedEmailAddress, person.id, with_for_update=True)


def _sealed(work: Work, person: Person, address: str) -> Envelope:
    return work.keys.service.seal(
        KeyFile.DUTY_ADDRESSES, address, person.envelope_place_of("email")
    )
