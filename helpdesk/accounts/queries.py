"""Queries for people and teams, always from what the actor may see."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Select,
    SQLColumnExpression,
    String,
    and_,
    any_,
    bindparam,
    exists,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

from helpdesk.accounts.models import (
    Membership,
    Person,
    SignInSession,
    Team,
    TeamKind,
    UnconfirmedEmailAddress,
)
from helpdesk.core.actors import Actor, Role
from helpdesk.core.errors import NotFound
from helpdesk.core.keys import Key, KeyCopy
from helpdesk.core.sealing import CannotOpen
from helpdesk.core.work import Work
from helpdesk.key_files import KeyFile

Found = TypeVar("Found", bound=Select[*tuple[Any, ...]])


def teams_of(work: Work) -> Sequence[Team]:
    """The teams the actor is in, by name."""
    mine = select(Team).where(Team.id.in_(work.actor.teams)).order_by(Team.name)
    return work.session.scalars(mine).all()


def queue_ids_parameter(queues: Collection[str] | BindParameter[Any]) -> Select[Team]:
    """A select of those of these teams that are queues."""
    if not isinstance(queues, BindParameter):
        queues = literal(sorted(queues), ARRAY(String))
    return select(Team).where(Team.kind == TeamKind.QUEUE, Team.id == any_(queues))


def queues_of(work: Work) -> Sequence[Team]:
    """The queues whose cases the actor may work on: none for an operator or a partner, nor for who
    waits to be let in."""
    mine = queue_ids_parameter(work.actor.queues).order_by(Team.name)
    return work.session.scalars(mine).all()


def queue_by_slug(work: Work, slug: str) -> Team:
    """A queue whose cases the actor may work on, by its slug; or NotFound."""
    team = work.session.scalar(queue_ids_parameter(work.actor.queues).where(Team.slug == slug))
    if team is None:
        raise NotFound
    return team


def visible_teams(actor: Actor) -> Select[Team]:
    """A select of the teams that the actor may see: operators see every team; coordinators their
    own and the partners'; others their own."""
    teams = select(Team).order_by(Team.kind.desc(), Team.name)
    if actor.role is Role.OPERATOR:
        return teams
    mine: ColumnElement[bool] = Team.id.in_(actor.teams)
    if actor.role is Role.COORDINATOR:
        mine = or_(mine, Team.kind == TeamKind.PARTNER)
    return teams.where(mine)


def all_visible_teams(work: Work) -> Sequence[Team]:
    """Every team that the actor may see."""
    return work.session.scalars(visible_teams(work.actor)).all()


def team_by_slug(work: Work, slug: str) -> Team:
    """A team that the actor may see, by its slug; or NotFound."""
    team = work.session.scalar(visible_teams(work.actor).where(Team.slug == slug))
    if team is None:
        raise NotFound
    return team


def visible_people(actor: Actor) -> Select[Person]:
    """A select of the people that the actor may see: operators see everybody; coordinators also who
    is in no team yet; others their colleagues."""
    people = select(Person).order_by(Person.name, Person.id)
    if actor.role is Role.OPERATOR:
        return people
    teams = visible_teams(actor).with_only_columns(Team.id).order_by(None)
    member = exists().where(Membership.person_id == Person.id).correlate(Person)
    beside = member.where(Membership.team_id.in_(teams))
    seen: ColumnElement[bool] = or_(beside, Person.id == actor.person_id)
    if actor.role is Role.COORDINATOR:
        seen = or_(seen, and_(~member, Person.role != Role.OPERATOR))
    return people.where(seen)


def all_visible_people(work: Work) -> Sequence[Person]:
    """Everyone whom the actor may see."""
    return work.session.scalars(visible_people(work.actor)).all()


def person_by_id(work: Work, person_id: str) -> Person:
    """A person whom the actor may see; or NotFound."""
    person = work.session.scalar(visible_people(work.actor).where(Person.id == person_id))
    if person is None:
        raise NotFound
    return person


def current_person(work: Work) -> Person:
    """The person who is signed in; or NotFound."""
    person = work.session.get(Person, work.actor.person_id) if work.actor.person_id else None
    if person is None:
        raise NotFound
    return person


# Kept from whoever else signs them in, and not from who only points at them: a case that is opened
# again at a door keeps its owner's row like that, for as long as its transaction lasts.
LOCKED: Final[Mapping[str, Any]] = {"of": Person, "key_share": True}


def lock_person_at_the_door(work: Work, person: Person) -> None:
    """Keep a person, as they are now, while it is found out whether they come in."""
    work.session.refresh(person, with_for_update=dict(LOCKED))


def membership_of(work: Work, person_id: str, team_id: str) -> Membership:
    """The membership of a person in a team, both visible to the actor; or NotFound."""
    person_by_id(work, person_id)
    visible = visible_teams(work.actor).with_only_columns(Team.id).order_by(None)
    found = work.session.scalar(
        select(Membership).where(
            Membership.person_id == person_id,
            Membership.team_id == team_id,
            Membership.team_id.in_(visible),
        )
    )
    if found is None:
        raise NotFound
    return found


def members_of_team(work: Work, team: Team) -> Sequence[Person]:
    """The members of a team that the actor may see."""
    found = (
        visible_people(work.actor)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.team_id == team.id)
    )
    return work.session.scalars(found).all()


class Colleague(NamedTuple):
    """A colleague to hand a case to: all that a list of them shows."""

    id: str
    name: str


def colleagues_in_team(work: Work, team_id: str) -> Sequence[Colleague]:
    """The actor's colleagues in a team who could take over a case: let in, and not blocked."""
    if team_id not in work.actor.teams:
        return []
    insiders = work.session.execute(INSIDERS, {"team_id": team_id})
    return [Colleague(*one) for one in insiders if one.id != work.actor.person_id]


def can_open_queue_cases(session: Session, person_id: str | None, team_id: str) -> bool:
    """Whether somebody can open the cases of a queue, and stays so until this work is done."""
    found = MAY_BE_GIVEN, {"person_id": person_id, "team_id": team_id}
    return session.scalar(*found) is not None


def members_without_key(work: Work) -> Sequence[Membership]:
    """Enrolled members of visible teams who have no copy of the team's key yet."""
    visible = visible_teams(work.actor).with_only_columns(Team.id).order_by(None)
    waiting = (
        select(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.team_id.in_(visible),
            Person.key_id.is_not(None),
            Person.disabled_at.is_(None),
            ~holds_team_key(Membership.team_id),
        )
        .order_by(Membership.since_at)
    )
    return work.session.scalars(waiting).all()


def own_sessions(work: Work) -> Sequence[SignInSession]:
    """The actor's own sign-in sessions, newest first."""
    mine = select(SignInSession).where(
        SignInSession.person_id == work.actor.person_id, SignInSession.is_complete
    )
    return work.session.scalars(mine.order_by(SignInSession.begun_at.desc())).all()


def people_on_duty(session: Session, team_id: str, *, at: datetime) -> Sequence[Person]:
    """The people on duty for a queue at a moment, of those who can open its cases."""
    duty = (
        filter_by_team_access(select(Person), team_id)
        .where(Person.on_duty_until > at)
        .order_by(Person.on_duty_until)
    )
    return session.scalars(duty).all()


def members_with_key(session: Session, team_id: str) -> Sequence[Person]:
    """The members of a queue who hold its key: everybody who can open its cases now."""
    return session.scalars(
        filter_by_team_access(select(Person), team_id).order_by(Person.name)
    ).all()


def people_with_case_access(session: Session) -> Sequence[Person]:
    """All people who can open the cases of some queue now."""
    inside = (
        select(Membership.person_id)
        .join(Team, Team.id == Membership.team_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Team.kind == TeamKind.QUEUE, holds_team_key(Membership.team_id))
    )
    found = select(Person).where(Person.id.in_(inside), Person.disabled_at.is_(None))
    return session.scalars(found.order_by(Person.name, Person.id)).all()


def has_member_with_alert_address(session: Session, team_id: str, *, at: datetime) -> bool:
    """Whether any member who holds the queue’s key has a confirmed address for alerts, on duty or
    not."""
    return any(person.gets_alert_emails(at) for person in members_with_key(session, team_id))


def all_operators(session: Session) -> Sequence[Person]:
    """Everybody with the role of operator: they see every team, and can open the cases of none."""
    found = select(Person).where(Person.role == Role.OPERATOR, Person.disabled_at.is_(None))
    return session.scalars(found.order_by(Person.name)).all()


def email_address_of(work: Work, person: Person) -> str:
    """The email address that a person's alerts go to; empty if they gave none or did not confirm
    it, or where it cannot be opened: a row that was spoilt must not keep the others from being
    called."""
    if not person.gets_alert_emails(work.at) or person.email is None:
        return ""
    place = person.envelope_place_of("email")
    try:
        return work.keys.service.open(KeyFile.DUTY_ADDRESSES, person.email, place)
    except CannotOpen:
        return ""


def own_email_address(work: Work, person: Person) -> str:
    """The signed-in person's own email address for alerts, opened with their own key."""
    if person.email_for_self is None or person.key_id is None:
        return ""
    try:
        secret = work.keys.secret(person.key_id)
        return secret.open_text(person.email_for_self, person.envelope_place_of("email_for_self"))
    except CannotOpen:
        return ""


def unconfirmed_email_address(work: Work, person: Person) -> UnconfirmedEmailAddress | None:
    """The email address that a person gave and did not confirm yet, with what is known of the email
    with its code."""
    return work.session.get(UnconfirmedEmailAddress, person.id)


def proposed_email_address_of(work: Work, person: Person) -> str:
    """The email address that a person gave and has not confirmed, for them to see; empty if there
    is none, or somebody else typed it."""
    new = unconfirmed_email_address(work, person)
    if new is None or new.address_for_self is None or person.key_id is None:
        return ""
    try:
        secret = work.keys.secret(person.key_id)
        return secret.open_text(new.address_for_self, new.envelope_place_of("address_for_self"))
    except CannotOpen:
        return ""


def people_with_unconfirmed_email_address(work: Work) -> Sequence[Person]:
    """People of the actor's teams whose email address for alerts is not confirmed."""
    waits = exists().where(
        UnconfirmedEmailAddress.person_id == Person.id, UnconfirmedEmailAddress.address.is_not(None)
    )
    is_old = and_(Person.email.is_not(None), Person.email_confirmed_at.is_(None))
    of_ours = (
        exists()
        .where(Membership.person_id == Person.id, Membership.team_id.in_(work.actor.teams))
        .correlate(Person)
    )
    found = select(Person).where(
        of_ours, or_(waits, is_old), Person.key_id.is_not(None), Person.disabled_at.is_(None)
    )
    return work.session.scalars(found.order_by(Person.name, Person.id)).all()


NAMES: Final = select(Person.id, Person.name).where(Person.id.in_(bindparam("ids", expanding=True)))


def names_of_actors(session: Session, actor_ids: Iterable[str]) -> dict[str, str]:
    """The names of the actors that history and messages name by id."""
    wanted = set(actor_ids)
    return name_actors(wanted, names_of_people(session, wanted))


def names_of_people(session: Session, actor_ids: Collection[str]) -> dict[str, str]:
    """The names of those actors who are people, by actor."""
    ids = [one.removeprefix("person:") for one in actor_ids if one.startswith("person:")]
    found = session.execute(NAMES, {"ids": ids}) if ids else ()
    return {f"person:{person_id}": name for person_id, name in found}


def name_actors(actor_ids: Iterable[str], people_names: Mapping[str, str]) -> dict[str, str]:
    """The names of these actors, where the names of people are known already."""
    return {one: people_names.get(one) or _name_of_nobody(one) for one in actor_ids}


def _name_of_nobody(actor_id: str) -> str:
    if actor_id.startswith("reporter:") or actor_id == "nobody":
        return "the reporter"
    if actor_id.startswith("link:"):
        return "someone with the link and the code"
    if actor_id.startswith("shell:"):
        return f"{actor_id.removeprefix('shell:')} (operator)"
    return "the helpdesk"


def holds_team_key(team_id: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """An SQL condition: the person of the row holds a copy of this team's key (correlated with
    Person)."""
    return (
        exists()
        .where(
            Key.owner_id == team_id,
            KeyCopy.key_id == Key.id,
            KeyCopy.holder_id == Person.key_id,
        )
        .correlate_except(Key, KeyCopy)
    )


def filter_by_team_access(found: Found, team_id: SQLColumnExpression[str] | str) -> Found:
    """Keep only those people who can open the cases of a team: members who hold its key, and whose
    account is not blocked."""
    return found.join(Membership, Membership.person_id == Person.id).where(
        Membership.team_id == team_id,
        Person.disabled_at.is_(None),
        holds_team_key(Membership.team_id),
    )


# Asked on each case page, so it is put together only once.
INSIDERS: Final = filter_by_team_access(
    select(Person.id, Person.name), bindparam("team_id")
).order_by(Person.name)
# Asked with a lock that stops nothing but their being let go or taken out.
MAY_BE_GIVEN: Final = (
    filter_by_team_access(select(Person.id), bindparam("team_id"))
    .where(Person.id == bindparam("person_id"))
    .with_for_update(read=True, key_share=True, of=(Person, Membership))
)
