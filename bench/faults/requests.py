"""Requests to a partner that are ready to be approved: everything is found out that they need."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.faults.mail import MAILBOX
from bench.house import House
from bench.people import Somebody, enrolled
from bench.seeding import a_case
from helpdesk.cases import operations as cases
from helpdesk.cases.models import Case, Evidence, Fact
from helpdesk.core.actors import Role
from helpdesk.core.work import Work
from helpdesk.escalations import operations as escalations
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.states import Ask, EscalationState
from helpdesk.key_files import KeyFile
from helpdesk.partners import operations as partners
from helpdesk.partners.models import Partner, UnconfirmedPartnerEmailAddress
from helpdesk.partners.packet_fields import BY_NAME
from helpdesk.partners.partner_terms import PartnerTerms

PLATFORM = "instagram"
FACTS = {
    "vetted": "confirmed",
    "owner_confirmed": "confirmed",
    "public_form": "filed",
    "public_form_ref": "told",
}
TYPED = {
    "target_url": "https://platform.example/our-group",
    "happened": "Somebody changed the password and asks followers for money.",
    "ownership": "A colleague whom we trust has confirmed it in a call.",
    "harm": "People lose money while it goes on.",
    "restore_address": "fresh@mailbox.example",
}
EVIDENCE = {
    "profile-url": TYPED["target_url"],
    "ownership-statement": TYPED["ownership"],
    "harm-statement": TYPED["harm"],
    "form-receipt": "Form 4711",
}


@dataclass(frozen=True)
class Ready:
    """A drafted request, and the one who will approve it."""

    ref: str
    escalation_id: str
    packet_hash: str


def a_partner(house: House, coordinator: Somebody, second: Somebody) -> Partner:
    """A partner with a mailbox, and somebody there who can open what comes; a second person has
    vetted them."""
    with house.context.begin(coordinator.actor, secrets=coordinator.secrets) as work:
        partner = partners.register_partner(
            work,
            slug="trust-team",
            name="Trust team",
            platform=PLATFORM,
            mailbox=MAILBOX,
            fields=tuple(BY_NAME),
            about=PartnerTerms(reach_us="The bench."),
            is_new_platform=True,
        )
        _type_the_code(work, partner)
        team = partner.team
    enrolled(house.context, "trust-agent", Role.PARTNER, team)
    with house.context.begin(second.actor, secrets=second.secrets) as work:
        vetted = work.session.get_one(Partner, partner.id)
        partners.confirm_vetting(work, vetted, on=datetime.now(UTC).date())
    return partner


def _type_the_code(work: Work, partner: Partner) -> None:
    """No request is sent to an address whose test letter nobody has answered for."""
    new = work.session.get_one(UnconfirmedPartnerEmailAddress, partner.id)
    if new.code is None:
        raise LookupError("No code waits to be typed.")
    code = work.keys.service.open(
        KeyFile.PARTNER_ADDRESSES, new.code, new.envelope_place_of("code")
    )
    partners.confirm_email_address(work, partner, code)


def drafted(house: House, writer: Somebody, partner: Partner, how_many: int) -> Sequence[Ready]:
    """So many requests, each on a case of its own, that wait for approval."""
    ready = []
    for _ in range(how_many):
        case_id = a_case(house)
        with house.context.begin(writer.actor, secrets=writer.secrets) as work:
            case = work.session.get_one(Case, case_id)
            cases.claim_case(work, case)
            _find_out(work, case)
        with house.context.begin(writer.actor, secrets=writer.secrets) as work:
            escalation = escalations.write_draft(
                work,
                work.session.get_one(Case, case_id),
                work.session.get_one(Partner, partner.id),
                ask=Ask.RESTORE,
                typed=TYPED,
            )
        ready.append(Ready(escalation.ref, escalation.id, escalation.packet_hash))
    return ready


def approve(house: House, coordinator: Somebody, ready: Ready) -> None:
    """Let it leave, unless an earlier try did so before its answer was lost."""
    with house.context.begin(coordinator.actor, secrets=coordinator.secrets) as work:
        escalation = work.session.get_one(Escalation, ready.escalation_id)
        if escalation.state is EscalationState.DRAFT:
            escalations.approve_request(work, escalation, seen_hash=ready.packet_hash)


def _find_out(work: Work, case: Case) -> None:
    for name, value in FACTS.items():
        work.session.add(
            Fact(
                case=case,
                case_id=case.id,
                name=name,
                value=value,
                set_at=work.at,
                set_by=work.actor.id,
            )
        )
    for kind, text in EVIDENCE.items():
        one = Evidence(
            case=case, case_id=case.id, kind=kind, taken_at=work.at, taken_by=work.actor.id
        )
        one.value = work.keys.seal(one, "value", text)
        work.session.add(one)
