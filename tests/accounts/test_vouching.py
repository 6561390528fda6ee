"""No one person makes a second one of themselves: who gives the code does not let in as well."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from helpdesk.accounts import operations, queries
from helpdesk.accounts.models import Person, TeamKind
from helpdesk.cli import maintenance
from helpdesk.core import actors
from helpdesk.core.actors import Role
from helpdesk.core.errors import Conflict
from helpdesk.core.job_runner import run_due_jobs
from tests.factories import a_person, a_team, enrolled, work_as, work_let_in


@pytest.fixture
def house(context):
    """A queue with two coordinators, whom an operator brought in, and a responder."""
    with context.begin() as work:
        queue = a_team(work)
        ada = a_person(work, Role.COORDINATOR, [queue], name="Ada", email="ada@house.test")
        ben = a_person(work, Role.COORDINATOR, [queue], name="Ben", email="ben@house.test")
        cem = a_person(work, teams=[queue], name="Cem", email="cem@house.test")
    return type("House", (), {"queue": queue, "ada": ada, "ben": ben, "cem": cem})


def reset(context, by, whom):
    """A coordinator resets somebody, and enrols with the code: as them, or in their name."""
    with work_let_in(context, by) as work:
        person = queries.person_by_id(work, whom.person.id)
        operations.require_new_enrolment(work, person)
        return enrolled_again(work, person)


def enrolled_again(work, person):
    return enrolled(replace(work, actor=person.as_actor()), person)


def invited(context, by, queue, name, role=Role.RESPONDER):
    with work_let_in(context, by) as work:
        team = queries.team_by_slug(work, queue.slug)
        person, _code = operations.invite_person(
            work, handle=name.lower(), name=name, role=role, teams=[team]
        )
        return enrolled_again(work, person)


def let_in(context, by, whom, queue):
    with work_as(context, by) as work:
        operations.grant_team_key(work, queries.membership_of(work, whom.person.id, queue.id))


def test_who_resets_a_colleague_cannot_let_them_in(context, house):
    again = reset(context, house.ada, house.cem)

    with pytest.raises(Conflict, match=r"You gave .*Cem.* the code"):
        let_in(context, house.ada, again, house.queue)
    let_in(context, house.ben, again, house.queue)


def test_who_invites_somebody_cannot_let_them_in(context, house):
    newcomer = invited(context, house.ada, house.queue, "Dora")

    with pytest.raises(Conflict, match=r"You gave .*Dora.* the code"):
        let_in(context, house.ada, newcomer, house.queue)
    let_in(context, house.ben, newcomer, house.queue)


def test_two_accounts_of_one_persons_making_cannot_let_each_other_in(context, house):
    puppet = invited(context, house.ada, house.queue, "Puppet", Role.COORDINATOR)
    again = reset(context, puppet, house.cem)

    with pytest.raises(Conflict, match="he same person"):
        let_in(context, house.ada, again, house.queue)
    let_in(context, house.ben, again, house.queue)


def test_whom_somebody_else_has_let_in_stands_for_themselves(context, house):
    dora = invited(context, house.ada, house.queue, "Dora", Role.COORDINATOR)
    let_in(context, house.ben, dora, house.queue)
    emil = invited(context, house.ada, house.queue, "Emil")

    let_in(context, dora, emil, house.queue)


def test_a_second_reset_takes_away_that_somebody_else_had_vouched(context, house):
    dora = invited(context, house.ada, house.queue, "Dora", Role.COORDINATOR)
    let_in(context, house.ben, dora, house.queue)
    dora = reset(context, house.ada, dora)
    again = reset(context, dora, house.cem)

    with pytest.raises(Conflict, match="he same person"):
        let_in(context, house.ada, again, house.queue)


def a_ring(context, house):
    """Two accounts that one person made, each enrolled with a code of the other."""
    one = invited(context, house.ada, house.queue, "Dora", Role.COORDINATOR)
    other = invited(context, one, house.queue, "Emil", Role.COORDINATOR)
    return reset(context, other, one), other


@pytest.mark.parametrize("which", [0, 1])
def test_who_made_two_accounts_that_gave_each_other_codes_lets_in_neither(context, house, which):
    one = a_ring(context, house)[which]

    with pytest.raises(Conflict, match="an operator"):
        let_in(context, house.ada, one, house.queue)


@pytest.mark.parametrize("attempt", range(8))  # ids are random, and nothing may hang on their order
def test_whoever_such_two_invite_is_not_let_in_by_who_made_them(context, house, attempt):
    one, _other = a_ring(context, house)
    third = invited(context, one, house.queue, f"Third{attempt}", Role.COORDINATOR)

    with pytest.raises(Conflict, match="an operator"):
        let_in(context, house.ada, third, house.queue)


def test_whom_such_two_have_reset_comes_back_with_an_operators_code(context, house):
    one, _other = a_ring(context, house)
    again = reset(context, one, house.cem)
    with context.begin() as work:
        operator = a_person(work, Role.OPERATOR, name="Op")

    with pytest.raises(Conflict, match="an operator"):  # behind the two might be Ben
        let_in(context, house.ben, again, house.queue)
    again = reset(context, operator, again)
    let_in(context, house.ben, again, house.queue)


def test_who_was_let_in_may_reset_whoever_invited_them(context, house):
    dora = invited(context, house.ada, house.queue, "Dora", Role.COORDINATOR)
    let_in(context, house.ben, dora, house.queue)
    again = reset(context, dora, house.ada)

    let_in(context, house.ben, again, house.queue)


def test_with_one_coordinator_an_operator_gives_the_code(context):
    with context.begin() as work:
        queue = a_team(work)
        only = a_person(work, Role.COORDINATOR, [queue], name="Only")
        operator = a_person(work, Role.OPERATOR, name="Op")
        waiting = a_person(work, teams=[queue], name="Wait", let_in=False)
    with work_as(context, operator) as work:
        person = queries.person_by_id(work, waiting.person.id)
        operations.require_new_enrolment(work, person)
        again = enrolled_again(work, person)

    let_in(context, only, again, queue)


def placed(context, who, queue):
    """An operator puts somebody who has enrolled into a queue."""
    with context.begin() as work:
        by_operator = replace(work, actor=actors.operator("root"))
        who.person = queries.person_by_id(by_operator, who.person.id)
        team = queries.team_by_slug(by_operator, queue.slug)
        operations.add_member(by_operator, who.person, team)


def held_by(context, queue):
    with context.begin() as work:
        return {one.id for one in queries.members_with_key(work.session, queue.id)}


def test_who_was_let_in_by_nobody_makes_the_key_of_no_queue(context, house):
    puppet = invited(context, house.ada, house.queue, "Puppet", Role.COORDINATOR)
    with context.begin() as work:
        queue = a_team(work)

    placed(context, puppet, queue)
    assert held_by(context, queue) == set()
    placed(context, house.ada, queue)
    assert held_by(context, queue) == {house.ada.person.id}
    with pytest.raises(Conflict, match=r"You gave .*Puppet.* the code"):
        let_in(context, house.ada, puppet, queue)


def test_once_somebody_else_has_let_them_in_they_make_the_keys_that_waited(context, house):
    dora = invited(context, house.ada, house.queue, "Dora", Role.COORDINATOR)
    with context.begin() as work:
        queue = a_team(work)
    placed(context, dora, queue)

    let_in(context, house.ben, dora, house.queue)

    assert held_by(context, queue) == {dora.person.id}


def test_an_account_does_not_let_in_who_is_behind_it(context, house):
    """However the account came by a key of the queue: one from before it was asked who makes it."""
    puppet = invited(context, house.ada, house.queue, "Puppet", Role.COORDINATOR)
    with context.begin() as work:
        queue = a_team(work)
    for giver in (None, house.ada.actor.id):
        with context.begin() as work:
            person = work.session.get(Person, puppet.person.id)
            person.code_given_by = giver
            work.record("person.changed_by_test", person)
        if giver is None:
            placed(context, puppet, queue)
    placed(context, house.ada, queue)

    with pytest.raises(Conflict, match="he same person"):
        let_in(context, puppet, house.ada, queue)


def test_a_partner_lets_in_their_own_whoever_invited_them(context, house):
    with context.begin() as work:
        team = a_team(work, kind=TeamKind.PARTNER)
    people = []
    for name in ("First", "Second"):
        with work_as(context, house.ada) as work:
            person, _code = operations.invite_person(
                work,
                handle=name.lower(),
                name=name,
                role=Role.PARTNER,
                teams=[queries.team_by_slug(work, team.slug)],
            )
            people.append(enrolled_again(work, person))

    let_in(context, people[0], people[1], team)


def test_the_person_is_told_by_letter_and_on_their_own_page(context, house):
    again = reset(context, house.ada, house.cem)
    let_in(context, house.ben, again, house.queue)

    with context.begin() as work:
        person = work.session.get(Person, house.cem.person.id)
        said = (person.was_reset, person.code_given_by, person.memberships[0].let_in_by)
    assert said == (True, house.ada.actor.id, house.ben.actor.id)
    run_due_jobs(context, "notices", at=datetime.now(UTC) + timedelta(minutes=1))
    letters = [one for one in context.mailer.sent if one.to == "cem@house.test"]
    assert {one.subject for one in letters} == {"Your access has changed"}
    assert all("Ada" not in one.body and "Cem" not in one.body for one in letters)


def test_an_operator_with_a_shell_gives_a_code_and_a_colleague_lets_in(context, monkeypatch):
    with context.begin() as work:
        queue = a_team(work)
        only = a_person(work, Role.COORDINATOR, [queue], name="Only")
    monkeypatch.setattr(maintenance, "command_context", lambda _needs: nullcontext(context))
    options = ["--as", "root", "--handle", "second-one", "--name", "Second", "--role", "responder"]

    answer = CliRunner().invoke(maintenance.invite_command, [*options, "--queue", queue.slug])

    assert answer.exit_code == 0, answer.output
    with work_as(context, only) as work:
        person = work.session.scalars(select(Person).where(Person.handle == "second-one")).one()
        second = enrolled_again(work, person)
    let_in(context, only, second, queue)
