"""Who can open what: a team's key is made by the first member and given on by members only."""

import pytest

from helpdesk.accounts import operations, queries
from helpdesk.accounts.keys_signed_by_helpdesk import epochs_of_team_key
from helpdesk.core.actors import Role, operator
from helpdesk.core.errors import Conflict, NotAllowed
from tests.factories import a_case, a_person, a_team, work_as


@pytest.fixture
def queue(context):
    with context.begin() as work:
        return a_team(work)


def test_the_first_who_enrols_makes_the_teams_key(context, queue):
    with context.begin() as work:
        assert epochs_of_team_key(work, queue).current is None
        first = a_person(work, teams=[queue])
        case = a_case(work, queue)

    with work_as(context, first) as work:
        assert work.keys.open(case, "story") == "They took my account."


def test_who_comes_later_opens_nothing_before_a_member_lets_them_in(context, queue):
    with context.begin() as work:
        first = a_person(work, teams=[queue])
        case = a_case(work, queue)
        second = a_person(work, teams=[queue], let_in=False)

    with work_as(context, second) as work:
        assert not work.keys.holds(case.key_id)
    with work_as(context, first) as work:
        [waiting] = queries.members_without_key(work)
        operations.grant_team_key(work, waiting)
    with work_as(context, second) as work:
        assert work.keys.open(case, "story") == "They took my account."
        assert queries.members_without_key(work) == []


def test_who_waits_to_be_let_in_cannot_let_others_in(context, queue):
    with context.begin() as work:
        a_person(work, teams=[queue])
        second = a_person(work, teams=[queue], let_in=False)
        third = a_person(work, teams=[queue], let_in=False)

    with work_as(context, second) as work, pytest.raises(NotAllowed):
        operations.grant_team_key(work, queries.membership_of(work, third.person.id, queue.id))


def test_an_operator_has_no_key_to_give(context, queue):
    with context.begin() as work:
        a_person(work, teams=[queue])
        second = a_person(work, teams=[queue], let_in=False)
        op = a_person(work, Role.OPERATOR)

    with work_as(context, op) as work, pytest.raises(NotAllowed):
        operations.grant_team_key(work, queries.membership_of(work, second.person.id, queue.id))


def test_who_leaves_a_team_opens_nothing_of_it_any_more(context, queue):
    with context.begin() as work:
        a_person(work, teams=[queue])
        second = a_person(work, teams=[queue])
        case = a_case(work, queue)
    with work_as(context, second) as work:
        assert work.keys.holds(case.key_id)

    with context.begin(operator("shell")) as work:
        operations.remove_member(work, queries.membership_of(work, second.person.id, queue.id))

    with work_as(context, second) as work:
        assert not work.keys.holds(case.key_id)


def test_the_last_who_can_open_a_teams_cases_cannot_be_taken_out(context, queue):
    with context.begin() as work:
        only = a_person(work, teams=[queue])
        a_person(work, teams=[queue], let_in=False)

    with context.begin(operator("shell")) as work, pytest.raises(Conflict):
        operations.remove_member(work, queries.membership_of(work, only.person.id, queue.id))


def test_starting_over_gives_a_new_key_that_opens_nothing_until_let_in(context, queue):
    with context.begin() as work:
        first = a_person(work, teams=[queue])
        second = a_person(work, teams=[queue])
        case = a_case(work, queue)

    with context.begin(operator("shell")) as work:
        person = queries.person_by_id(work, second.person.id)
        operations.require_new_enrolment(work, person)

    with work_as(context, first) as work:
        assert work.keys.holds(case.key_id)
        assert queries.members_without_key(work) == []
    with context.begin() as work:
        from_old_key = type(work.keys)(work.session, {second.person.key_id: second.secret})
        assert not from_old_key.holds(case.key_id)
