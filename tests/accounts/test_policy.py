"""Who may do what to people: role by role."""

import pytest

from helpdesk.accounts import operations, policy
from helpdesk.accounts.models import TeamKind
from helpdesk.core.actors import NOBODY, SYSTEM, Role
from helpdesk.core.errors import Conflict, NotAllowed
from tests.factories import a_person, a_team, work_as

STAFF = (Role.RESPONDER, Role.COORDINATOR, Role.OPERATOR)


@pytest.mark.parametrize(
    ("inviter", "invited"),
    [
        (Role.COORDINATOR, {Role.RESPONDER, Role.COORDINATOR, Role.PARTNER}),
        (Role.OPERATOR, {Role.RESPONDER, Role.COORDINATOR, Role.PARTNER, Role.OPERATOR}),
        (Role.RESPONDER, set()),
        (Role.PARTNER, set()),
    ],
)
def test_who_may_invite_whom(context, inviter, invited):
    with context.begin() as work:
        teams = [a_team(work)] if inviter in (Role.RESPONDER, Role.COORDINATOR) else []
        somebody = a_person(work, inviter, teams)

    assert {role for role in Role if policy.may_invite_as(somebody.actor, role)} == invited


@pytest.mark.parametrize("actor", [NOBODY, SYSTEM])
def test_nobody_in_particular_invites_nobody(actor):
    assert not any(policy.may_invite_as(actor, role) for role in Role)


@pytest.mark.parametrize("role", STAFF)
def test_nobody_manages_themselves(context, role):
    with context.begin() as work:
        somebody = a_person(work, role)

    assert not policy.may_manage_person(somebody.actor, somebody.person)


def test_a_coordinator_places_nobody_in_a_queue_that_is_not_theirs(context):
    with context.begin() as work:
        own, other = a_team(work), a_team(work)
        partner = a_team(work, kind=TeamKind.PARTNER)
        coordinator = a_person(work, Role.COORDINATOR, [own])

    placed = {
        team.id
        for team in (own, other, partner)
        if policy.may_assign_to_team(coordinator.actor, team)
    }
    assert placed == {own.id, partner.id}
    with work_as(context, coordinator) as work, pytest.raises(NotAllowed):
        operations.invite_person(
            work, handle="mole", name="Mole", role=Role.RESPONDER, teams=[other]
        )


@pytest.mark.parametrize(
    ("role", "kind", "fits"),
    [
        (Role.RESPONDER, TeamKind.QUEUE, True),
        (Role.COORDINATOR, TeamKind.QUEUE, True),
        (Role.OPERATOR, TeamKind.QUEUE, False),
        (Role.PARTNER, TeamKind.QUEUE, False),
        (Role.PARTNER, TeamKind.PARTNER, True),
        (Role.RESPONDER, TeamKind.PARTNER, False),
        (Role.OPERATOR, TeamKind.PARTNER, False),
    ],
)
def test_partners_and_staff_are_never_in_one_team(context, role, kind, fits):
    with context.begin() as work:
        team = a_team(work, kind=kind)

        if fits:
            a_person(work, role, [team])
        else:
            with pytest.raises(Conflict):
                a_person(work, role, [team])
