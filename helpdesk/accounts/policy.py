"""Who may do what to people and teams: the permission rules, as pure functions."""

from typing import Any

from helpdesk.accounts.models import Membership, Person, Team, TeamKind
from helpdesk.core.actors import Actor, Role
from helpdesk.settings import Surface

# Inviting gives nobody anything to read: that takes a member of the team, who lets them in.
INVITES: dict[Role, frozenset[Role]] = {
    Role.COORDINATOR: frozenset({Role.RESPONDER, Role.COORDINATOR, Role.PARTNER}),
    Role.OPERATOR: frozenset({Role.RESPONDER, Role.COORDINATOR, Role.PARTNER, Role.OPERATOR}),
}

SURFACES: dict[Surface, frozenset[Role]] = {
    Surface.STAFF: frozenset({Role.RESPONDER, Role.COORDINATOR, Role.OPERATOR}),
    Surface.PARTNER: frozenset({Role.PARTNER}),
}


def manages_people(actor: Actor) -> bool:
    """Whether the actor may manage people. Coordinators once they were let into a queue: before
    that, who gave the code may be the one behind it. The first makes the key of the first queue;
    operators have no key to be given."""
    return actor.role is Role.OPERATOR or (actor.role in INVITES and bool(actor.accessible_teams))


def may_invite_as(actor: Actor, role: Role) -> bool:
    """Whether the actor may invite a person with this role."""
    return manages_people(actor) and role in INVITES[actor.role]


def may_manage_person(actor: Actor, person: Person) -> bool:
    """Whether the actor may change this person's account. Nobody manages themselves: two people
    stand behind every change of who may do what."""
    is_another = person.id != actor.person_id
    return is_another and may_invite_as(actor, person.role) and _looks_after(actor, person)


def _looks_after(actor: Actor, person: Person) -> bool:
    """Whether they are in no team yet, or in one of which the actor sees what is there."""
    teams = [membership.team for membership in person.memberships]
    return not teams or any(may_assign_to_team(actor, team) for team in teams)


def may_make_team(actor: Actor, _kind: TeamKind) -> bool:
    """Whether the actor may make a team, of either kind: whoever manages people, operators and
    coordinators with access to a queue."""
    return manages_people(actor)


def may_assign_to_team(actor: Actor, team: Team) -> bool:
    """Whether the actor may add people to this team or take them out. Coordinators speak for the
    queues they were let into and for every partner; operators for all teams."""
    if actor.role is Role.OPERATOR:
        return True
    is_theirs = team.id in actor.accessible_teams or team.kind is TeamKind.PARTNER
    return manages_people(actor) and is_theirs


def may_share_team_key(actor: Actor, membership: Membership) -> bool:
    """Whether the actor may give a member this team's key. Only a member can, because only a member
    has the team's key to give."""
    return membership.team_id in actor.teams and membership.person_id != actor.person_id


def may_leave_team(actor: Actor, membership: Membership) -> bool:
    """Whether the actor may take themselves out of this team. One's own queues; who is in a
    partner's team, the helpdesk and that team decide."""
    return (
        membership.person_id == actor.person_id
        and actor.works_on_cases
        and membership.team.kind is TeamKind.QUEUE
    )


def may_use_own_account(actor: Actor, person: Person) -> bool:
    """Whether this account is the actor's own."""
    return actor.person_id == person.id


def role_may_use_surface(role: Role, surface: str) -> bool:
    """Whether somebody of this role may sign in at this surface. Partners sign in at the partners'
    door only, staff at the staff's only."""
    return role in SURFACES.get(Surface(surface), frozenset())


def may_sign_in_to(person: Any, surface: str) -> bool:
    """Whether this person, or a row with their `role` and `disabled_at`, may sign in at this
    surface at all."""
    return person.disabled_at is None and role_may_use_surface(person.role, surface)


def role_fits_team(role: Role, team: Team) -> bool:
    """Whether people of this role can be in this team at all."""
    if team.kind is TeamKind.PARTNER:
        return role is Role.PARTNER
    return role in (Role.RESPONDER, Role.COORDINATOR)
