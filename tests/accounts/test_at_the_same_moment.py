"""Two who change one account or one queue at the same moment: nobody writes over the other."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Barrier

import pytest
from sqlalchemy.orm import sessionmaker

from helpdesk.accounts import authentication, operations, queries
from helpdesk.accounts.models import Membership, Person
from helpdesk.accounts.operations import sessions
from helpdesk.core.actors import operator
from helpdesk.core.app_context import AppContext
from helpdesk.core.errors import Conflict, NotFound
from helpdesk.core.keys import KeyCopy
from helpdesk.settings import Surface
from tests.conftest import SERVICE, FakeMailer, FakeQueueNotifier
from tests.factories import (
    _cheap_lock,
    _peppers_of,
    a_case,
    a_person,
    a_team,
    enrolled,
    work_as,
)
from tests.intake.test_sending_twice import database_of_its_own

SHELL = operator("shell")
STAFF = Surface.STAFF
ROUNDS = 5


@pytest.fixture(scope="module")
def house(postgres, settings):
    """The staff's pages on a database of their own, where everything is really committed."""
    with database_of_its_own(postgres) as engine_for:
        yield AppContext(
            settings,
            sessionmaker(engine_for("helpdesk_app"), expire_on_commit=False),
            FakeQueueNotifier(),
            FakeMailer(),
            SERVICE,
        )


@pytest.fixture
def queue(house):
    with house.begin() as work:
        return a_team(work)


@pytest.fixture
def newcomer(house, queue):
    """Somebody who was invited, and a colleague who can let them in."""
    with house.begin() as work:
        member = a_person(work, teams=[queue])
    with house.begin(SHELL) as work:
        queue = queries.team_by_slug(work, queue.slug)
        person, _code = operations.invite_person(
            work,
            handle=f"new-{queue.slug}",
            name=f"new-{queue.slug}",
            role=member.person.role,
            teams=[queue],
        )
    return member, person


def of(house, kind, *key):
    with house.begin() as work:
        return work.session.get(kind, key if len(key) > 1 else key[0])


def test_who_enrols_at_this_moment_gets_no_second_code(house, newcomer):
    _member, person = newcomer
    with house.begin(SHELL) as work:
        seen = queries.person_by_id(work, person.id)
        assert not seen.is_enrolled
        with house.begin() as at_the_door:
            enrolled(at_the_door, at_the_door.session.get(Person, person.id))

        with pytest.raises(Conflict, match="already enrolled"):
            operations.renew_invitation(work, seen)

    assert of(house, Person, person.id).enrolment_tag is None


def test_a_reset_and_a_let_in_at_the_same_moment_let_nobody_in(house, queue, newcomer):
    member, person = newcomer
    with house.begin() as work:
        enrolled(work, work.session.get(Person, person.id))
    with work_as(house, member) as lets_in:
        [membership] = queries.members_without_key(lets_in)
        key_id = membership.person.key_id
        with house.begin(SHELL) as work:
            operations.require_new_enrolment(work, queries.person_by_id(work, person.id))

        with pytest.raises(Conflict, match="not enrolled"):
            operations.grant_team_key(lets_in, membership)

    assert of(house, Membership, person.id, queue.id).let_in_by is None
    with house.begin() as work:
        assert work.session.query(KeyCopy).filter_by(holder_id=key_id).all() == []


def test_who_is_taken_out_at_this_moment_is_not_let_in(house, queue, newcomer):
    member, person = newcomer
    with house.begin() as work:
        enrolled(work, work.session.get(Person, person.id))
    with work_as(house, member) as lets_in:
        [membership] = queries.members_without_key(lets_in)
        key_id = membership.person.key_id
        with house.begin(SHELL) as work:
            operations.remove_member(work, queries.membership_of(work, person.id, queue.id))

        with pytest.raises((Conflict, NotFound)):
            operations.grant_team_key(lets_in, membership)

    with house.begin() as work:
        assert work.session.query(KeyCopy).filter_by(holder_id=key_id).all() == []


def take_out(work, person_id, queue):
    operations.remove_member(work, queries.membership_of(work, person_id, queue.id))


def reset(work, person_id, _queue):
    operations.require_new_enrolment(work, queries.person_by_id(work, person_id))


@pytest.mark.parametrize("acts", [(take_out, take_out), (reset, reset), (take_out, reset)])
def test_of_the_last_two_who_can_open_a_queue_one_stays(house, acts):
    for _ in range(ROUNDS):
        with house.begin() as work:
            queue = a_team(work)
            members = [a_person(work, teams=[queue]) for _ in acts]
            case = a_case(work, queue)
        start = Barrier(len(acts))

        def let_go(act, member, queue=queue, start=start):
            try:
                with house.begin(SHELL) as work:
                    assert queries.person_by_id(work, member.person.id).is_enrolled
                    start.wait()
                    act(work, member.person.id, queue)
            except Conflict as refused:
                return refused.sentence.rpartition("is the only person")[1]
            return "done"

        with ThreadPoolExecutor(len(acts)) as threads:
            fared = Counter(threads.map(let_go, acts, members))

        assert fared == {"done": 1, "is the only person": 1}
        opens = []
        for member in members:
            with work_as(house, member) as work:
                opens.append(work.keys.holds(case.key_id))
        assert sorted(opens) == [False, True]


@pytest.mark.parametrize(
    "end_all",
    [
        lambda work, person, _: operations.sign_out_everywhere(work, person),
        lambda work, person, somebody: operations.recover_account(
            work, person, somebody.secret, lock=_cheap_lock(_peppers_of(work, person))
        ),
    ],
    ids=["signs out everywhere", "recovers their account"],
)
def test_who_is_at_the_last_step_of_signing_in_is_out_with_the_others(house, queue, end_all):
    with house.begin() as work:
        somebody = a_person(work, teams=[queue])
        person_id = somebody.person.id
    with house.begin() as work:
        person = work.session.get(Person, person_id)
        token = sessions.create_session(
            work, person, somebody.secret, surface=STAFF, is_complete=False
        )
    with house.begin(somebody.actor) as thief:
        half = authentication.session_awaiting_second_factor(thief, token, surface=STAFF)
        secret = sessions.secret_of_session(half, token)
        with house.begin(somebody.actor) as work:
            end_all(work, work.session.get(Person, person_id), somebody)

        whole = operations.complete_sign_in(thief, half, secret, somebody.code(thief.at))

    assert whole is None


def test_who_signs_everybody_out_waits_for_who_is_at_the_last_step(house, queue):
    with house.begin() as work:
        somebody = a_person(work, teams=[queue])
    person_id = somebody.person.id
    with house.begin() as work:
        person = work.session.get(Person, person_id)
        token = sessions.create_session(
            work, person, somebody.secret, surface=STAFF, is_complete=False
        )

    def sign_out_everywhere():
        with house.begin(somebody.actor) as work:
            operations.sign_out_everywhere(work, work.session.get(Person, person_id))

    with ThreadPoolExecutor(1) as threads:
        with house.begin(somebody.actor) as thief:
            half = authentication.session_awaiting_second_factor(thief, token, surface=STAFF)
            secret = sessions.secret_of_session(half, token)
            whole = operations.complete_sign_in(thief, half, secret, somebody.code(thief.at))
            ended = threads.submit(sign_out_everywhere)
            wait([ended], timeout=1)
        ended.result(30)

    with house.begin() as work:
        assert sessions.find_session(work.session, whole, surface=STAFF, at=work.at) is None
