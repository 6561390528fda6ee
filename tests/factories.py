"""The smallest valid things: a team, somebody in it with keys, a case sealed as intake seals it."""

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from itertools import count

from sqlalchemy import select

from helpdesk.accounts import operations as accounts
from helpdesk.accounts import passphrases, second_factor
from helpdesk.accounts import queries as accounts_queries
from helpdesk.accounts.keys_signed_by_helpdesk import epochs_of_team_key
from helpdesk.accounts.models import Membership, Person, Team, TeamKind
from helpdesk.accounts.operations.sessions import create_session
from helpdesk.cases import clocks
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, Consent
from helpdesk.cases.report_content import seal_report
from helpdesk.cases.states import CaseState, ConsentKind, WaitsOn
from helpdesk.core import codes
from helpdesk.core.actors import Actor, Role, operator
from helpdesk.core.database import new_id
from helpdesk.core.keys import KeyKind, new_key, seal_key_for
from helpdesk.core.sealing import Secret
from helpdesk.key_files import KeyFile
from helpdesk.partners import operations as partners
from helpdesk.partners import queries as partner_queries
from helpdesk.partners.models import UnconfirmedPartnerEmailAddress

PASSPHRASE = "seven words that only this test has"
INTAKE_KEY = b"i" * 32
WITHIN = {
    Level.IMMEDIATE: timedelta(minutes=30),
    Level.URGENT: timedelta(hours=4),
    Level.SOON: timedelta(hours=24),
    Level.ROUTINE: timedelta(hours=72),
}

CONTACT = {
    "safe_channel": "Signal to the second phone.",
    "safe_times": "In the evening.",
    "never_contact": "Never by mail.",
}

# What a guess costs is tested where it is tested; elsewhere people come in quickly.
CHEAP = 0
passphrases.COSTS[CHEAP] = passphrases.HashCost(passes=1, memory=8192)

_numbers = count(1)
# Who can let the next one in: the first with a key, by team.
_members: dict[str, "Somebody"] = {}


@dataclass
class Somebody:
    """A person who has enrolled, with everything that only they know."""

    person: Person
    secret: Secret
    seed: str
    recovery_key: str
    passphrase: str = PASSPHRASE

    @property
    def actor(self) -> Actor:
        return self.person.as_actor()

    @property
    def secrets(self) -> dict[str, Secret]:
        return {self.person.key_id: self.secret}

    def code(self, at) -> str:
        """The six digits that the person's app shows at a moment."""
        return second_factor.totp_code_at(self.seed, int(at.timestamp()) // second_factor.SECONDS)


def a_team(work, *, slug="", name="", kind=TeamKind.QUEUE, takes_reports=False) -> Team:
    """A team without members, so without a key."""
    slug = slug or f"team-{next(_numbers)}"
    return accounts.create_team(
        _as_operator(work),
        slug=slug,
        name=name or slug.title(),
        kind=kind,
        takes_reports=takes_reports,
    )


def a_person(
    work, role=Role.RESPONDER, teams=(), *, handle="", name="", email="", let_in=True
) -> Somebody:
    """Somebody invited, enrolled and, where a team has its key already, let in."""
    handle = handle or f"person-{next(_numbers)}"
    by_operator = _as_operator(work)
    person, _code = accounts.invite_person(
        by_operator, handle=handle, name=name or handle.title(), role=role, teams=teams
    )
    somebody = enrolled(by_operator, person)
    if email:
        place = person.envelope_place_of("email")
        person.email = work.keys.service.seal(KeyFile.DUTY_ADDRESSES, email, place)
        place = person.envelope_place_of("email_for_self")
        person.email_for_self = person.key.public.seal_text(email, place)
        person.email_confirmed_at = work.at
    for membership in person.memberships:
        member = _members.setdefault(membership.team_id, somebody)
        if member is not somebody and let_in:
            accounts.grant_team_key(_as(work, member), membership)
    return somebody


def enrolled(work, person) -> Somebody:
    """An invited person after enrolling, a minute ago: the code of this half minute is unused."""
    seed = second_factor.generate_totp_seed()
    earlier = replace(work, at=work.at - timedelta(minutes=1))
    step = int(earlier.at.timestamp()) // second_factor.SECONDS
    done = accounts.enrol(
        earlier,
        person,
        lock=_cheap_lock(_peppers_of(work, person)),
        seed=seed,
        first_code=second_factor.totp_code_at(seed, step),
    )
    return Somebody(person, done.secret, seed, done.recovery_key)


def a_case(
    work,
    team,
    *,
    level=Level.SOON,
    state=CaseState.NEW,
    story="They took my account.",
    contact=None,
    answers=None,
    consents=(ConsentKind.HELP, ConsentKind.KEEP),
    platform=None,
    incident_type="account-takeover",
    rule="R1",
    owner=None,
    code=None,
    **facts,
) -> Case:
    """A case of a team that has a key, sealed as intake seals it. `code` is its return code."""
    return_code = code or codes.ReturnCode.new()
    case_id = facts.pop("id", None) or new_id()
    key, secret = new_key(work.session, KeyKind.CASE, case_id)
    work.session.flush()
    seal_key_for(work.session, key, secret, epochs_of_team_key(work, team).current)
    case = Case(
        id=case_id,
        ref=codes.new_short_ref(),
        team_id=team.id,
        state=state,
        waits_on=WaitsOn.REPORTER if state is CaseState.WAITING else None,
        waits_until=work.at.date() + timedelta(days=7) if state is CaseState.WAITING else None,
        level=level,
        rule=rule,
        incident_type=incident_type,
        platform=platform,
        opened_at=facts.pop("opened_at", work.at),
        owner_id=owner.person.id if owner else None,
        key_id=key.id,
        public_half=secret.public.raw,
        reporter_tag=return_code.tag(INTAKE_KEY),
        reporter_public_half=return_code.secret().public.raw,
        form_token=new_id().encode(),
        **facts,
    )
    seal_report(case, secret, story=story, answers=answers or {}, contact=contact or CONTACT)
    work.session.add(case)
    work.session.flush()
    for kind in consents:
        given = Consent(
            case_id=case.id, kind=kind, given_at=work.at, given_by=f"reporter:{case.id}"
        )
        work.session.add(given)
    if state is CaseState.NEW:
        clocks.start_reply_clock(work, case, within=WITHIN[level])
    work.record("case.submitted", case, level=level, rule=rule)
    return case


def confirm_mail(work, partner):
    """The code of a partner's test letter is typed by a coordinator; the letter need not leave."""
    new = work.session.get(UnconfirmedPartnerEmailAddress, partner.id)
    code = work.keys.service.open(
        KeyFile.PARTNER_ADDRESSES, new.code, new.envelope_place_of("code")
    )
    assert partners.confirm_email_address(work, partner, code)


def vet(work, partner):
    """One of theirs has enrolled, where they have a desk; a responder who had no part in them
    vets them."""
    second = a_person(work, teams=[a_team(work)])
    by_second = _as(work, second)
    has_desk = partner_queries.has_desk(by_second, partner)
    if has_desk and not accounts_queries.members_with_key(work.session, partner.team_id):
        a_person(work, Role.PARTNER, [partner.team])
    found = "\n".join(partner_queries.openpgp_fingerprints_of(by_second, partner))
    partners.confirm_vetting(by_second, partner, on=work.at.date(), fingerprints=found)


@contextmanager
def work_as(context, somebody, at=None):
    """A piece of work of somebody who is signed in."""
    with context.begin(somebody.actor, secrets=somebody.secrets, at=at) as work:
        yield replace(work, actor=replace(work.actor, waits_in=_waits_in(work, somebody)))


def sign_in(client, somebody, at=None):
    """Sign a test client in, past the two forms. Returns the client."""
    app = client.application
    context, surface = app.extensions["context"], app.extensions["surface"]
    with context.begin(somebody.actor, at=at) as work:
        token = create_session(
            work, somebody.person, somebody.secret, surface=surface, is_complete=True
        )
    client.set_cookie(app.config["DOOR_COOKIE_NAME"], token)
    return client


@contextmanager
def work_let_in(context, somebody):
    """The same of somebody who counts as let in, as every coordinator did before decision 0048:
    what such accounts made of each other may lie in a database."""
    with context.begin(somebody.actor, secrets=somebody.secrets) as work:
        yield work


def _waits_in(work, somebody):
    """Where nobody has let them in, as signing in finds out."""
    inside = select(Membership.team_id).join(Person, Person.id == Membership.person_id)
    waits = inside.where(
        Person.id == somebody.person.id, ~accounts_queries.holds_team_key(Membership.team_id)
    )
    return frozenset(work.session.scalars(waits))


@cache
def _cheap_lock(peppers):
    return passphrases.derive_key_from_passphrase(PASSPHRASE, peppers, cost=CHEAP)


def _peppers_of(work, person):
    return work.keys.service.peppers_for_surface(
        "partner" if person.role is Role.PARTNER else "staff"
    )


def _as_operator(work):
    return replace(work, actor=operator("tests"))


def _as(work, somebody):
    keys = type(work.keys)(work.session, somebody.secrets, service=work.keys.service)
    return replace(work, actor=somebody.actor, keys=keys)
