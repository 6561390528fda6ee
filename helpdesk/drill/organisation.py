"""The drill's organisation: two queues, those who can be asked, and who is in them."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from helpdesk.accounts import operations as accounts
from helpdesk.accounts import passphrases, second_factor
from helpdesk.accounts.models import Team, TeamKind, UnconfirmedEmailAddress
from helpdesk.core import codes
from helpdesk.core.actors import Role
from helpdesk.core.openpgp import is_gnupg_installed
from helpdesk.drill.partner_key import FINGERPRINT, KEY
from helpdesk.drill.past_moments import PastMoments
from helpdesk.drill.sign_in_sheet import DrillAccount
from helpdesk.key_files import KeyFile
from helpdesk.partners import operations as partners
from helpdesk.partners.agreement_terms import AgreementTerms
from helpdesk.partners.channel_terms import (
    DESK_TERMS,
    LINK_TERMS,
    ChannelKind,
    ChannelTerms,
    OnwardDisclosure,
    ReceiptKind,
)
from helpdesk.partners.models import Partner, UnconfirmedPartnerEmailAddress
from helpdesk.partners.packet_fields import BY_NAME
from helpdesk.partners.partner_terms import ContactTerms, OfficeHours, PartnerTerms
from helpdesk.partners.response_times import ANSWER_WITHIN, DECIDE_WITHIN
from helpdesk.settings import Surface

# The drill's trust team plays the one of a platform that people name in the report form.
PARTNER, PLATFORM = "drill-platform", "instagram"
# Another team of the same platform, for other people; and beside a host the registrar of domains.
WEST, HOST, REGISTRAR = "drill-platform-west", "drill-host", "drill-registrar"
HOSTING = "web-host"
BY_FORM, FORM_PLATFORM = "drill-form", "x"
CERT = "drill-cert"
OTHER_HELPDESK = "drill-helpdesk"
BY_LINK, LINK_PLATFORM = "drill-link", "telegram"
EUROPE = ("154", "039", "155", "151")
WEST_AFRICA = ("011", "015")
# What goes there stays there.
DISCREET = replace(DESK_TERMS, onward_disclosure=OnwardDisclosure.INSIDE, storage_region="154")
OFFICE = OfficeHours((1, 2, 3, 4, 5), time(9), time(17))
# One more, which nobody has answered for yet: nothing can be sent to it.
QUIET_PARTNER, QUIET_PLATFORM = "drill-videos", "youtube"
# Whose test letter lies among the letters, unread.
UNCONFIRMED = "newcomer"
REACH_US = "The helpdesk of this drill. Call the coordinator at the other table."
CALL_OR_WRITE = f"{REACH_US} Or write to helpdesk@drill.example."
# Everything but the field that tells where the account's owner lives.
ALLOWED = frozenset(BY_NAME) - {"region"}


@dataclass(frozen=True)
class DrillPerson:
    """A person of the drill: who they are, where they sit, and what that lets them see."""

    handle: str
    name: str
    role: Role
    teams: tuple[str, ...]
    may: str


@dataclass(frozen=True)
class DrillPartner:
    """Someone who can be asked in the drill: what they are called, and for whom they act."""

    slug: str
    name: str
    platform: str
    mailbox: str
    terms: PartnerTerms
    channel: ChannelTerms = DESK_TERMS


PARTNERS = (
    DrillPartner(
        PARTNER,
        "Drill trust team",
        PLATFORM,
        "trust-team@drill.example",
        PartnerTerms(
            timezone="Europe/Lisbon",
            reach_us=REACH_US,
            regions=EUROPE,
            languages=("en", "es", "pt"),
            hours=OFFICE,
        ),
        DISCREET,
    ),
    DrillPartner(
        WEST,
        "Drill West Africa team",
        PLATFORM,
        "trust-west@drill.example",
        PartnerTerms(
            timezone="Africa/Lagos",
            reach_us=REACH_US,
            regions=WEST_AFRICA,
            languages=("en", "fr", "ar"),
            hours=OFFICE,
        ),
        DISCREET,
    ),
    DrillPartner(
        HOST,
        "Drill hosting company",
        HOSTING,
        "abuse@host.drill.example",
        PartnerTerms(
            kind="host",
            timezone="Europe/Berlin",
            reach_us=REACH_US,
            asks=("remove", "preserve", "review"),
            languages=("en",),
        ),
        # As hosts do: their customer reads what was reported.
        replace(DESK_TERMS, onward_disclosure=OnwardDisclosure.TELLS, storage_region="155"),
    ),
    DrillPartner(
        REGISTRAR,
        "Drill registrar",
        HOSTING,
        "abuse@registrar.drill.example",
        PartnerTerms(
            kind="registrar",
            timezone="America/Panama",
            reach_us=REACH_US,
            asks=("lock", "remove", "review"),
            languages=("en", "es"),
            hours=OFFICE,
        ),
    ),
    # Has its own line to a platform that we do not reach.
    DrillPartner(
        OTHER_HELPDESK,
        "Drill regional helpdesk",
        "tiktok",
        "desk@helpdesk.drill.example",
        PartnerTerms(
            kind="helpdesk",
            timezone="Asia/Amman",
            reach_us=REACH_US,
            asks=("restore", "lock", "remove", "review"),
            regions=("145", "015"),
            languages=("ar", "en"),
            hours=OfficeHours((7, 1, 2, 3, 4), time(9), time(17)),
        ),
        replace(DESK_TERMS, onward_disclosure=OnwardDisclosure.INSIDE, storage_region="145"),
    ),
    # Nobody there has an account here: one of us fills in the platform's own form.
    DrillPartner(
        BY_FORM,
        "Drill platform with a form",
        FORM_PLATFORM,
        "",
        PartnerTerms(languages=("en",)),
        ChannelTerms(
            kind=ChannelKind.FORM,
            receipt=ReceiptKind.NUMBER,
            form_address="https://forms.drill.example/report",
        ),
    ),
    # Nobody there has an account either: a link by email, and a code that one of us gives them.
    DrillPartner(
        BY_LINK,
        "Drill small messenger",
        LINK_PLATFORM,
        "trust@messenger.drill.example",
        PartnerTerms(timezone="Asia/Tbilisi", reach_us=REACH_US, languages=("en",)),
        replace(LINK_TERMS, onward_disclosure=OnwardDisclosure.INSIDE, storage_region="145"),
    ),
)
# Where GnuPG is there: a CERT that has a mailbox and a key, and no account.
ENCRYPTED = DrillPartner(
    CERT,
    "Drill CERT",
    "domain-registry",
    "cert@cert.drill.example",
    PartnerTerms(kind="cert", timezone="Europe/Lisbon", reach_us=CALL_OR_WRITE, languages=("en",)),
    ChannelTerms(
        kind=ChannelKind.OPENPGP,
        receipt=ReceiptKind.PERSON,
        onward_disclosure=OnwardDisclosure.INSIDE,
        storage_region="039",
        openpgp_key=KEY,
        openpgp_fingerprint=FINGERPRINT,
    ),
)
QUEUES = {"front-line": "Front line", "quiet-room": "Quiet room"}

PARTS = (
    DrillPerson(
        "coordinator",
        "Drill coordinator",
        Role.COORDINATOR,
        ("front-line", "quiet-room"),
        "leads the shift, sees both queues, gives the second opinion",
    ),
    DrillPerson(
        "responder",
        "Drill responder",
        Role.RESPONDER,
        ("front-line", "quiet-room"),
        "works on cases of both queues",
    ),
    DrillPerson(
        "newcomer",
        "Drill newcomer",
        Role.RESPONDER,
        ("front-line",),
        "works on the front line and cannot open the quiet room",
    ),
    DrillPerson(
        "operator", "Drill operator", Role.OPERATOR, (), "runs the server and can read no case"
    ),
    DrillPerson(
        "platform-lead",
        "Drill platform lead",
        Role.PARTNER,
        (PARTNER,),
        "answers requests for the platform",
    ),
    DrillPerson(
        "platform-agent",
        "Drill platform agent",
        Role.PARTNER,
        (PARTNER,),
        "answers requests for the platform",
    ),
    DrillPerson(
        "west-lead",
        "Drill West Africa lead",
        Role.PARTNER,
        (WEST,),
        "answers requests for the same platform, from people in West and North Africa",
    ),
    DrillPerson(
        "host-lead", "Drill host lead", Role.PARTNER, (HOST,), "answers requests to a host"
    ),
    DrillPerson(
        "registrar-lead",
        "Drill registrar lead",
        Role.PARTNER,
        (REGISTRAR,),
        "answers requests to a registrar",
    ),
    DrillPerson(
        "helpdesk-lead",
        "Drill regional helpdesk lead",
        Role.PARTNER,
        (OTHER_HELPDESK,),
        "passes requests on to a platform that we don’t reach ourselves",
    ),
)


def create_organisation(past: PastMoments, at: datetime) -> list[DrillAccount]:
    """Create the drill's teams and people; everybody enrols, and colleagues give each other
    access."""
    teams = {
        slug: accounts.create_team(
            past.operator_work(at),
            slug=slug,
            name=name,
            kind=TeamKind.QUEUE,
            takes_reports=slug == "front-line",
        )
        for slug, name in QUEUES.items()
    }
    players = [_enrol(past, part, teams, at) for part in PARTS if part.role is not Role.PARTNER]
    with_key = (ENCRYPTED,) if is_gnupg_installed() else ()
    registered = [_register(past, one, at) for one in (*PARTNERS, *with_key)]
    teams |= {one.slug: one.team for one in registered}
    players += [_enrol(past, part, teams, at) for part in PARTS if part.role is Role.PARTNER]
    for newcomer in PARTS:
        for membership in past.person_by_handle(newcomer.handle).memberships:
            first = next(part for part in PARTS if membership.team.slug in part.teams)
            if first is not newcomer:
                accounts.grant_team_key(past.person_work(first.handle, at), membership)
    # The coordinator registered them, so someone else makes sure who they are.
    for partner in registered:
        found = FINGERPRINT if partner.slug == CERT else ""  # on the CERT's own website
        by_responder = past.person_work("responder", at)
        partners.confirm_vetting(by_responder, partner, on=at.date(), fingerprints=found)
    _add_contact(past, registered[0], at)
    _settle_agreement(past, next(one for one in registered if one.slug == REGISTRAR), at)
    return players


def _register(past: PastMoments, one: DrillPartner, at: datetime) -> Partner:
    partner = partners.register_partner(
        past.person_work("coordinator", at),
        slug=one.slug,
        name=one.name,
        platform=one.platform,
        mailbox=one.mailbox,
        fields=ALLOWED,
        about=one.terms,
        channel=one.channel,
        is_new_platform=True,
        is_drill=True,
    )
    if one.mailbox:
        _confirm_partner(past, partner, at)
    return partner


def _add_contact(past: PastMoments, partner: Partner, at: datetime) -> None:
    """Who is there when the rest of the team sleeps."""
    partners.add_contact(
        past.person_work("coordinator", at),
        partner,
        name="Night shift",
        terms=ContactTerms(
            is_person=False,
            languages=("fr",),
            timezone="Europe/Lisbon",
            hours=OfficeHours((1, 2, 3, 4, 5, 6, 7), time(17), time(9)),
        ),
    )


def _settle_agreement(past: PastMoments, partner: Partner, at: datetime) -> None:
    """What was agreed with one of them: more time, counted while they are there."""
    partners.settle_agreement(
        past.person_work("coordinator", at),
        partner,
        AgreementTerms(
            agreed_with="Head of abuse handling",
            answer_within={**ANSWER_WITHIN, "p2": timedelta(hours=24)},
            decide_within=DECIDE_WITHIN,
            counts_working_time=True,
            holiday_country="PA",
            keeps_for_days=180,
            may_be_named=True,
        ),
        on=at.date(),
    )


def register_second_partner(past: PastMoments, at: datetime) -> None:
    """Register the drill's second partner, whose email address is not confirmed: its test letter
    lies among the letters, unread."""
    partners.register_partner(
        past.person_work("coordinator", at),
        slug=QUIET_PARTNER,
        name="Drill video team",
        platform=QUIET_PLATFORM,
        mailbox="video-team@drill.example",
        fields=ALLOWED,
        about=PartnerTerms(reach_us=REACH_US),
        is_new_platform=True,
        is_drill=True,
    )


def _confirm_partner(past: PastMoments, partner: Partner, at: datetime) -> None:
    """They read the code of the test letter out, and the coordinator types it."""
    new = past.session.get_one(UnconfirmedPartnerEmailAddress, partner.id)
    if new.code is not None:
        place = new.envelope_place_of("code")
        code = past.context.service.open(KeyFile.PARTNER_ADDRESSES, new.code, place)
        partners.confirm_email_address(past.person_work("coordinator", at), partner, code)


def _confirm(past: PastMoments, part: DrillPerson, at: datetime) -> None:
    """They read the test letter, and type its code."""
    person = past.person_by_handle(part.handle)
    new = past.session.get_one(UnconfirmedEmailAddress, person.id)
    if new.code is not None:
        place = new.envelope_place_of("code")
        code = past.context.service.open(KeyFile.DUTY_ADDRESSES, new.code, place)
        accounts.confirm_email_address(past.person_work(part.handle, at), person, code)


def _enrol(
    past: PastMoments, part: DrillPerson, teams: dict[str, Team], at: datetime
) -> DrillAccount:
    person, _code = accounts.invite_person(
        past.operator_work(at),
        handle=part.handle,
        name=part.name,
        role=part.role,
        teams=[teams[slug] for slug in part.teams],
    )
    passphrase, seed = codes.generate_passphrase(), second_factor.generate_totp_seed()
    door = Surface.PARTNER if part.role is Role.PARTNER else Surface.STAFF
    peppers = past.context.service.peppers_for_surface(door)
    enrolled = accounts.enrol(
        past.operator_work(at),
        person,
        lock=passphrases.derive_key_from_passphrase(passphrase, peppers),
        seed=seed,
        first_code=second_factor.totp_code_at(seed, int(at.timestamp()) // second_factor.SECONDS),
    )
    past.secrets[part.handle] = enrolled.secret
    address = f"{part.handle}@drill.example"
    accounts.propose_own_email_address(past.person_work(part.handle, at), person, address)
    if part.handle != UNCONFIRMED:
        _confirm(past, part, at)
    return DrillAccount(
        part.handle, part.name, part.role, part.may, passphrase, seed, enrolled.recovery_key
    )
