"""The people of a trial: a queue that takes reports, and who works in it, with all they know."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from bench.browser import Browser
from bench.house import House
from helpdesk.accounts import operations as accounts
from helpdesk.accounts import passphrases, second_factor
from helpdesk.accounts.models import Person, Team, TeamKind
from helpdesk.accounts.operations.sessions import create_session
from helpdesk.core import codes
from helpdesk.core.actors import Actor, Role, operator
from helpdesk.core.app_context import AppContext
from helpdesk.core.sealing import Secret
from helpdesk.core.work import Work
from helpdesk.key_files import KeyFile
from helpdesk.settings import Surface

QUEUE = "front-line"
COOKIES = {Surface.STAFF: "hd_staff_door", Surface.PARTNER: "hd_partner_door"}


@dataclass(frozen=True)
class Somebody:
    """A person who has enrolled, with everything that only they know."""

    person: Person
    secret: Secret
    passphrase: str
    seed: str

    @property
    def actor(self) -> Actor:
        return self.person.as_actor()

    @property
    def secrets(self) -> dict[str, Secret]:
        assert self.person.key_id is not None
        return {self.person.key_id: self.secret}


def found_queue(house: House, *, responders: int) -> tuple[Team, list[Somebody]]:
    """The queue that takes reports; in it a coordinator, and after them so many responders."""
    team = a_team(house.context, QUEUE, TeamKind.QUEUE, takes_reports=True)
    people = [enrolled(house.context, "coordinator", Role.COORDINATOR, team)]
    for number in range(1, responders + 1):
        people.append(enrolled(house.context, f"responder-{number}", Role.RESPONDER, team))
        let_in(house.context, people[0], people[-1], team)
    return team, people


def a_team(context: AppContext, slug: str, kind: TeamKind, *, takes_reports: bool = False) -> Team:
    with context.begin(operator("trial")) as work:
        return accounts.create_team(
            work, slug=slug, name=slug.title(), kind=kind, takes_reports=takes_reports
        )


def enrolled(context: AppContext, handle: str, role: Role, team: Team) -> Somebody:
    """Somebody who was invited and has enrolled; a minute ago, so that this code is unused."""
    earlier = datetime.now(UTC) - timedelta(minutes=1)
    seed = second_factor.generate_totp_seed()
    door = Surface.PARTNER if role is Role.PARTNER else Surface.STAFF
    passphrase, lock = _shared_lock(context.service.peppers_for_surface(door))
    with context.begin(operator("trial"), at=earlier) as work:
        person, _code = accounts.invite_person(
            work,
            handle=handle,
            name=handle.title(),
            role=role,
            teams=[work.session.merge(team)],
        )
        enrolment = accounts.enrol(
            work, person, lock=lock, seed=seed, first_code=code_at(seed, earlier)
        )
        _has_confirmed_address(work, person, f"{handle}@trial.example")
    return Somebody(person, enrolment.secret, passphrase, seed)


def _has_confirmed_address(work: Work, person: Person, address: str) -> None:
    """As if the code of its test letter had been typed: no trial waits for that letter."""
    place = person.envelope_place_of("email")
    person.email = work.keys.service.seal(KeyFile.DUTY_ADDRESSES, address, place)
    person.email_confirmed_at = work.at
    work.record("trial.address_confirmed", person)


@cache
def _shared_lock(peppers: tuple[Secret, ...]) -> tuple[str, passphrases.PassphraseUnlockKey]:
    """One passphrase for all: what a guess costs is no part of a trial, and fifty take a while."""
    passphrase = codes.generate_passphrase()
    return passphrase, passphrases.derive_key_from_passphrase(passphrase, peppers)


def let_in(context: AppContext, member: Somebody, newcomer: Somebody, team: Team) -> None:
    """Give the newcomer the team's key."""
    with context.begin(member.actor, secrets=member.secrets) as work:
        person = work.session.get_one(Person, newcomer.person.id)
        waiting = next(one for one in person.memberships if one.team_id == team.id)
        accounts.grant_team_key(work, waiting)


def code_at(seed: str, at: datetime) -> str:
    return second_factor.totp_code_at(seed, int(at.timestamp()) // second_factor.SECONDS)


def sign_in(house: House, somebody: Somebody, surface: Surface = Surface.STAFF) -> Browser:
    """Sign in for real: the passphrase, then the second factor."""
    browser = Browser(house.port(surface))
    first = browser.send_form(
        "/sign-in", handle=somebody.person.handle, passphrase=somebody.passphrase
    )
    second = browser.send_form("/sign-in/code", code=code_at(somebody.seed, datetime.now(UTC)))
    if (first.status, second.status) != (303, 303):
        raise RuntimeError(f"Signing in was answered with {first.status} and {second.status}.")
    return browser


def let_through(house: House, somebody: Somebody, surface: Surface = Surface.STAFF) -> Browser:
    """A browser that is signed in already, for a trial in which fifty of them are needed."""
    browser = Browser(house.port(surface))
    with house.context.begin(somebody.actor) as work:
        person = work.session.get_one(Person, somebody.person.id)
        token = create_session(work, person, somebody.secret, surface=surface, is_complete=True)
    browser.cookies[COOKIES[surface]] = token
    return browser
