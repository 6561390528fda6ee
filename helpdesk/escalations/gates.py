"""Gates of a request: what must be true before it is sent. All of them at once, each with a
sentence.

Pure: `GateInputs` is what was found about a request, `check_gates` says what that means.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from helpdesk.core.markup import bidi_isolate
from helpdesk.escalations.contact_detection import (
    contacts_in_account_name,
    find_contacts_in,
    is_account_address,
    is_below_address,
    text_in_all_spellings,
    words_naming_account,
)
from helpdesk.escalations.packets import (
    ACCOUNT_AT_ISSUE,
    GIVEN_ON_PURPOSE,
    OWNER_CONFIRMED,
    OWNERSHIP,
    Packet,
    forbidden_fields,
    missing_fields,
)
from helpdesk.escalations.priorities import could_change_account_access, may_be_sent_before_review
from helpdesk.escalations.states import Ask, LeaveByName, Priority
from helpdesk.partners.packet_fields import PacketField

if TYPE_CHECKING:
    # Only named here: walking through playbooks needs the gates, and no database.
    from helpdesk.escalations.contributors import Parts

VETTED: Final = frozenset({"confirmed", "known"})
# Gates that a step of a playbook opens, by the fact that it finds out.
FOUND_OUT: Final[Mapping[str, str]] = {
    "Requester": "vetted",
    "Ownership": OWNERSHIP,
    "Public form": "public_form_ref",
}
# So many parts that somebody had are named.
NAMED: Final = 3
SECOND_PERSON: Final = "Second person"
TYPED_FORM_NUMBER: Final = "typed the number of the platform’s own form into the request"


WAY_TO_REPORTER: Final = "This includes the reporter’s address or phone number. Please remove it."
CANNOT_BE_CHECKED: Final = (
    "What the reporter told us about how to contact them can’t be read, so nobody can check that"
    " it isn’t in here."
)


BY_NAME_ALONE: Final[Mapping[LeaveByName, str]] = {
    LeaveByName.REFUSED: " They said no to this partner, whatever they agreed to for the platform."
    " If someone else can be asked, change the partner.",
    LeaveByName.NAMED: " What was recorded about this partner hasn’t been confirmed.",
    LeaveByName.NOT_THE_PLATFORM: " Their consent to ask the platform doesn’t include this"
    " partner, because it isn’t the platform itself.",
    LeaveByName.ANOTHER_WAS_FIRST: " Their consent to ask the platform doesn’t include this"
    " partner, because another team was asked first.",
}


@dataclass(frozen=True)
class ReporterContacts:
    """The reporter's contact details: how they can be reached, and how never. Of when they can be
    is nothing here: a date or an hour leads to nobody."""

    safe: str
    never: str
    # Where it cannot be read, nobody can say that none of it is told.
    is_readable: bool = True


@dataclass(frozen=True)
class GateInputs:
    """The inputs of the gates: what was found about a request, gathered in one look."""

    packet: Packet
    # What the level of the case gives now: the packet says what it gave when it was written.
    priority: Priority
    partner: str
    allowed: Collection[str]
    partner_is_vetted: bool
    partner_can_open: bool
    partner_has_mailbox: bool
    partner_gets_mail: bool
    partner_takes_it: bool
    says_who_we_are: bool
    facts: Mapping[str, str]
    # The account of which ownership was confirmed.
    account_confirmed: str
    may_help: bool
    has_consent: bool
    has_form_number: bool
    is_waived: bool
    ways_to_reporter: ReporterContacts
    case_is_closed: bool
    # What the reporter denies of it, in a sentence; empty if nothing.
    unanswered_dispute: str
    parts: "Parts"
    # Whether other playbooks of the case found out whose an account is, and which they confirmed.
    is_owner_known_elsewhere: bool = False
    accounts_confirmed_elsewhere: Collection[str] = ()
    # It was found out since that it is not theirs.
    is_owner_refused_since: bool = False
    # Why what they agreed to for the platform does not cover this partner, if it does not.
    leave_by_name: LeaveByName | None = None
    # Why it can't go by the partner's channel, in a sentence; empty if it can.
    channel_trouble: str = ""
    # A colleague sent it back, and it was not saved since.
    is_sent_back: bool = False
    # It goes to the platform's own form itself.
    goes_to_platform_form: bool = False


@dataclass(frozen=True)
class Gate:
    """A gate: one condition, open, or closed with a sentence that says how to open it."""

    name: str
    is_open: bool
    sentence: str

    @property
    def fact(self) -> str:
        """What a step has to find out to open it; empty where no step does."""
        return FOUND_OUT.get(self.name, "")


def check_gates(seen: GateInputs, *, approver: str) -> tuple[Gate, ...]:
    """Check every gate, in the order in which people would open them."""
    return tuple(Gate(name, is_open, sentence) for name, is_open, sentence in _all(seen, approver))


def closed_gates(gates: Collection[Gate]) -> tuple[Gate, ...]:
    """The gates that are closed."""
    return tuple(gate for gate in gates if not gate.is_open)


def would_leave_without_second_reader(seen: GateInputs, approver: str) -> bool:
    """Whether a request would be sent without anyone having read it who had no part in it."""
    return could_change_account_access(seen.packet.header.ask) and approver in seen.parts


def may_leave_without_second_reader(seen: GateInputs, approver: str) -> bool:
    """Whether a request may be sent at once, to be read by a second person within the hour.

    Never where what opens a gate (consent, ownership, level, waiver) came from who asks or sends,
    nor where it is about an account that nobody confirmed: that it is theirs, only its writer says.
    """
    return (
        _is_that_urgent(seen)
        and not _own_gates(seen, approver)
        and not is_of_unconfirmed_account(seen)
    )


def why_no_second_person(seen: GateInputs, approver: str) -> str:
    """The sentence that says why somebody cannot approve a request as the second person; empty if
    they can."""
    shut = closed_gates(check_gates(seen, approver=approver))
    return next((gate.sentence for gate in shut if gate.name == SECOND_PERSON), "")


def is_only_second_person_missing(seen: GateInputs, writer: str) -> bool:
    """Whether nothing is missing but a second person who reads and approves it."""
    shut = closed_gates(check_gates(seen, approver=writer))
    return would_leave_without_second_reader(seen, writer) and all(
        gate.name == SECOND_PERSON for gate in shut
    )


def reveals_contact(text: str, ways: Collection[str]) -> bool:
    """Whether a text would reveal contact details of the reporter: an address, a number or a link
    by which they can be reached, or must never be."""
    found = {one for way in ways for one in find_contacts_in(way)}
    return _is_any_said(found, text)


def reveals_contact_except_account(text: str, ways: ReporterContacts, *, account: str) -> bool:
    """Whether words about an account would reveal the reporter's contact details. Never to write to
    that account is no reason not to name it to its partner: what it says is left out of what must
    never be."""
    never = frozenset(find_contacts_in(ways.never))
    return reveals_contact(text, [ways.safe]) or _is_any_said(
        never - contacts_in_account_name(account, never), text
    )


def _is_any_said(found: Collection[str], text: str) -> bool:
    said = text_in_all_spellings(text) if found else ""
    return any(one in said for one in found)


def _all(seen: GateInputs, approver: str) -> Iterator[tuple[str, bool, str]]:
    yield (
        "Case",
        not seen.case_is_closed,
        "The case is closed. Reopen it before you ask someone to act on it.",
    )
    yield (
        "Reporter’s denial",
        not seen.unanswered_dispute,
        f"{seen.unanswered_dispute} Write to them, and check what in the request depends on it.",
    )
    yield (
        "Sent back",
        not seen.is_sent_back,
        "A colleague sent this draft back and said why. Change it and save it. Then someone else "
        "can approve it.",
    )
    yield (
        "Partner",
        seen.partner_is_vetted,
        f"{seen.partner} is not vetted. The partner’s page says who can vet them. It can’t be "
        "anyone who registered them or gave their people a code.",
    )
    yield ("Channel", not seen.channel_trouble, seen.channel_trouble)
    yield (
        "Someone to open it",
        seen.partner_can_open and seen.partner_has_mailbox,
        _no_way_to_them(seen),
    )
    yield (
        "Their email address",
        seen.partner_gets_mail or not seen.partner_has_mailbox,
        f"The email address of {seen.partner} isn’t confirmed, so no email would reach them. They"
        " can type the code from the test email at the partner desk. Or they can read it out to a"
        " coordinator, who types it on the partner’s page.",
    )
    yield (
        "What they accept",
        seen.partner_takes_it,
        f"{seen.partner} is retired, or doesn’t take requests like this. Change the partner, if "
        "someone else can be asked. If not, withdraw this one, and ask for something else.",
    )
    yield (
        "Who we are",
        seen.says_who_we_are,
        f"{seen.partner} has not been told who we are and who they can call. A coordinator can"
        " add it on the partner’s page.",
    )
    yield (
        "Requester",
        seen.facts.get("vetted") in VETTED,
        "We haven’t confirmed who is asking. Do the step “Start confirming who is asking” in the"
        " playbook.",
    )
    yield (
        "Ownership",
        seen.facts.get(OWNERSHIP) == OWNER_CONFIRMED
        and not seen.is_owner_refused_since
        and not names_another_account(seen.packet, seen.account_confirmed),
        _not_confirmed(seen),
    )
    yield (
        "Consent to help",
        seen.may_help,
        "The reporter hasn’t agreed to us working on the case, or has withdrawn their consent. Ask"
        " them in their mailbox. If they tell you on a safe channel, record it on the case.",
    )
    yield (
        "Consent",
        seen.has_consent,
        f"The reporter hasn’t agreed to us asking {seen.partner}, or has withdrawn their consent."
        f"{BY_NAME_ALONE[seen.leave_by_name] if seen.leave_by_name else ''} Ask them in their"
        " mailbox. If they"
        f" tell you on a safe channel, record it {_where_to_record(seen)}.",
    )
    yield (
        "Public form",
        seen.has_form_number or seen.is_waived or seen.goes_to_platform_form,
        "There is no reference number for the platform’s own form. Do the step “Fill in the"
        " platform’s own form” and record its number, or ask a coordinator to waive it with a"
        " reason.",
    )
    yield from _about_the_packet(seen)
    yield (
        SECOND_PERSON,
        not would_leave_without_second_reader(seen, approver)
        or may_leave_without_second_reader(seen, approver),
        _not_a_second_person(seen, approver),
    )


def _where_to_record(seen: GateInputs) -> str:
    return "here" if seen.leave_by_name else "on the case"


def names_another_account(packet: Packet, confirmed: str) -> bool:
    """Whether access is asked for to another account than the one of which ownership was confirmed:
    that somebody owns one is no reason to give them another. Every word was written down then.

    Locked or reviewed may be one where a playbook confirms the person alone, such as after an
    arrest: then two people look first (`is_of_unconfirmed_account`). Reviewed may also be what is
    on the account, such as a post: its address begins with that of the account.
    """
    ask = packet.header.ask
    if not could_change_account_access(ask) or (ask is not Ask.RESTORE and not confirmed):
        return False
    if _names_account(packet, confirmed):
        return False
    return ask is not Ask.REVIEW or not _names_something_on(packet, confirmed)


def is_of_unconfirmed_account(seen: GateInputs) -> bool:
    """Whether a request could change access to an account that no playbook of the case
    confirmed."""
    return (
        could_change_account_access(seen.packet.header.ask)
        and not seen.account_confirmed
        and not any(_names_account(seen.packet, one) for one in seen.accounts_confirmed_elsewhere)
    )


def is_lock_of_another_account(seen: GateInputs) -> bool:
    """Whether a request would lock an account that no playbook confirmed, while another playbook
    found out whose an account is: it may be a victim's that somebody wants silenced."""
    return (
        seen.packet.header.ask is Ask.LOCK
        and seen.is_owner_known_elsewhere
        and is_of_unconfirmed_account(seen)
    )


def _names_account(packet: Packet, account: str) -> bool:
    """Whether a request names this account, and nothing besides. What names nothing names none, and
    some of its words are enough only where one of them leads there."""
    asked, own = _words_asked(packet), words_naming_account(account)
    return bool(asked) and asked <= own and (asked == own or any(map(is_account_address, asked)))


def _names_something_on(packet: Packet, account: str) -> bool:
    """Whether whatever a request names besides an account or site leads to something on it. A host
    among other words is only where the account is."""
    own = words_naming_account(account)
    others = _words_asked(packet) - own
    places = [one for one in own if "/" in one or len(own) == 1]
    return bool(others) and all(
        any(is_below_address(word, place) for place in places) for word in others
    )


def _words_asked(packet: Packet) -> frozenset[str]:
    return words_naming_account(packet.fields.get(ACCOUNT_AT_ISSUE, ""))


def _not_confirmed(seen: GateInputs) -> str:
    if seen.is_owner_refused_since:
        return (
            "Another playbook on this case has recorded since then that it is not theirs. Find out"
            " what is right for this account, then do the step “Confirm whose account it is” again."
        )
    if seen.facts.get(OWNERSHIP) != OWNER_CONFIRMED:
        return (
            "We haven’t confirmed whose account it is. Do the step “Confirm whose account it is”,"
            " however urgent it sounds."
        )
    confirmed = bidi_isolate(seen.account_confirmed)
    said = "We haven’t confirmed whose account this is. " + (
        f"What we confirmed is: {confirmed}. " if confirmed else ""
    )
    if seen.packet.header.ask is Ask.REVIEW:
        return (
            f"{said}Write it in the request exactly as it was recorded then, or an address that"
            " begins with it, such as one of its posts. If the address of the post begins with"
            " something else, do the step “Confirm whose account it is” again and record both:"
            " the account and the post."
        )
    return (
        f"{said}Write it in the request exactly as it was recorded then, or do the step “Confirm"
        " whose account it is” again for this account."
    )


def _no_way_to_them(seen: GateInputs) -> str:
    said = f"Nothing can be sent to {seen.partner} yet."
    if not seen.partner_can_open:
        said = (
            f"Nobody at {seen.partner} can open requests at the moment. If none of their people "
            "has enrolled yet, invite one. If they are blocked, unblock one if that’s safe: only "
            "they can let new people in."
        )
    if not seen.partner_has_mailbox:
        said += " The partner’s page needs an email address."
    return said


def _is_that_urgent(seen: GateInputs) -> bool:
    """When it was written and still: what two people have found less urgent waits for two."""
    return may_be_sent_before_review(seen.packet.header.priority) and may_be_sent_before_review(
        seen.priority
    )


def _own_gates(seen: GateInputs, approver: str) -> list[str]:
    """What opens gates and came from whoever writes or sends."""
    writers = {actor for actor, did in seen.parts.items() if any(one.is_words for one in did)}
    asking = [seen.parts.get(actor, ()) for actor in sorted({approver, *writers})]
    own = [share.did for did in asking for share in did if share.opens]
    return [*own, TYPED_FORM_NUMBER] if _is_form_number_typed(seen) else own


def _is_form_number_typed(seen: GateInputs) -> bool:
    """Whether the number of the platform's own form is only what a draft's writers say."""
    return seen.has_form_number and not seen.is_waived and "public_form_ref" not in seen.facts


def _not_a_second_person(seen: GateInputs, approver: str) -> str:
    did = _in_short([one.did for one in seen.parts.get(approver, ())])
    said = (
        f"It asks for access to an account, and you were involved in it: you {did}. A second "
        "person, who wasn’t involved, has to read and approve it."
    )
    own = dict.fromkeys(_own_gates(seen, approver))
    if own and _is_that_urgent(seen):
        said += f" One person’s approval is not enough, because they also {', '.join(own)}."
    if is_lock_of_another_account(seen):
        said += " Another playbook on this case confirmed who owns an account, but not this one."
    elif is_of_unconfirmed_account(seen) and _is_that_urgent(seen):
        said += (
            " No step has confirmed whose account this is, so it has to be read before it’s sent."
        )
    return said


def _in_short(did: Sequence[str]) -> str:
    """The first things that someone did; ten of them say no more than three."""
    more = len(did) - NAMED
    return ", ".join(did[:NAMED]) + (f", and {more} more" if more > 0 else "")


def _about_the_packet(seen: GateInputs) -> Iterator[tuple[str, bool, str]]:
    needed = missing_fields(seen.packet, seen.allowed)
    yield (
        "What they need",
        not needed,
        "Nobody can act on it without: " + _labels(needed) + ". Change the request and add it.",
    )
    barred = forbidden_fields(seen.packet, seen.allowed)
    yield (
        "What they can receive",
        not barred,
        f"{seen.partner} can’t receive: " + _labels(barred) + ". Change the request to leave"
        " that out.",
    )
    yield (
        "No contact details of the reporter",
        seen.ways_to_reporter.is_readable
        and not _leads_to_reporter(seen.packet, seen.ways_to_reporter),
        "It includes the reporter’s address or phone number. Change the request and remove it."
        if seen.ways_to_reporter.is_readable
        else CANNOT_BE_CHECKED,
    )
    yield (
        "Where to return it",
        not _is_unsafe_to_give_back_to(seen.packet, seen.ways_to_reporter),
        "The address to give the account back to is the account itself, or one that the reporter"
        " said never to use. Ask them for a new one, and change the request.",
    )
    yield (
        "Return address for an unconfirmed account",
        GIVEN_ON_PURPOSE not in seen.packet.fields or _is_account_to_return(seen),
        "The request is about something on the account, not about the account itself, so there’s"
        " nothing to give back. Change the request and remove that address."
        if seen.account_confirmed
        else "We haven’t confirmed whose account this is, so we can’t tell anyone where to"
        " return it. Remove that address from the request. If it has already been approved, "
        "withdraw it and write a new one without that address.",
    )


def _is_account_to_return(seen: GateInputs) -> bool:
    """Whether what would be given back is an account that was confirmed; of what names another one,
    the gate of ownership speaks."""
    if names_another_account(seen.packet, seen.account_confirmed):
        return True
    if not seen.account_confirmed:
        return not is_of_unconfirmed_account(seen)
    return _names_account(seen.packet, seen.account_confirmed)


def _leads_to_reporter(packet: Packet, ways: ReporterContacts) -> bool:
    """The address to give an account back to is there on purpose, and so is the account. If they
    said that the account is safe to write to, it is a way to them all the same."""
    told = {name: words for name, words in packet.fields.items() if name != GIVEN_ON_PURPOSE}
    account = told.pop(ACCOUNT_AT_ISSUE, "")
    return reveals_contact(account, [ways.safe]) or reveals_contact_except_account(
        "\n".join(told.values()), ways, account=account
    )


def _is_unsafe_to_give_back_to(packet: Packet, ways: ReporterContacts) -> bool:
    """Whether who else reads there would get the account: of this one field, what never to use and
    the account at issue are no leak but the theft itself."""
    back = packet.fields.get(GIVEN_ON_PURPOSE, "")
    account = frozenset(find_contacts_in(packet.fields.get(ACCOUNT_AT_ISSUE, "")))
    return reveals_contact(back, [ways.never]) or bool(contacts_in_account_name(back, account))


def _labels(fields: Collection[PacketField]) -> str:
    return "; ".join(field.staff_label for field in fields)
