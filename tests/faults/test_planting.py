"""Keys that a role plants are sealed to by nobody; and a check too few is noticed."""

import psycopg
import pytest
from sqlalchemy.orm import sessionmaker

from bench.faults import planting
from helpdesk.accounts import operations, queries
from helpdesk.accounts.models import Person, TeamKind
from helpdesk.app import create_app
from helpdesk.core import key_signatures
from helpdesk.core.actors import Role
from helpdesk.core.app_context import AppContext
from helpdesk.core.errors import Conflict
from helpdesk.settings import Surface
from tests.conftest import SERVICE, FakeMailer, FakeQueueNotifier, plain
from tests.factories import a_case, a_person, a_team, sign_in, work_as
from tests.intake.test_sending_twice import database_of_its_own

TRIES, SEED = 60, 7


@pytest.fixture
def context(postgres, settings):
    with database_of_its_own(postgres) as engine_for:
        sessions = sessionmaker(engine_for("helpdesk_app"), expire_on_commit=False)
        yield AppContext(settings, sessions, FakeQueueNotifier(), FakeMailer(), SERVICE)


@pytest.fixture
def house(context):
    """A queue with two members, a partner's team with one, and a queue without any."""
    with context.begin() as work:
        queue = a_team(work, slug="front", takes_reports=True)
        lead = a_person(work, Role.COORDINATOR, [queue])
        a_person(work, Role.RESPONDER, [queue])
        theirs = a_team(work, slug="theirs", kind=TeamKind.PARTNER)
        a_person(work, Role.PARTNER, [theirs])
        empty = a_team(work, slug="empty")
    return queue, lead, empty


@pytest.fixture
def address(postgres):
    return lambda role: plain(postgres.url(role, "race"))


def test_nothing_is_sealed_to_a_key_that_was_planted(context, house, address):
    queue, lead, empty = house

    result = planting.trial(context, address, seed=SEED, tries=TRIES)

    assert result.faults == []
    assert sum(result.done.values()) == TRIES
    assert result.done["helpdesk_app planted"] > 0
    # The partner desk makes the keys of partners' people: what it plants there is refused too.
    able = {one.split()[0] for one in result.done if one.endswith("planted")}
    assert able <= {"helpdesk_app", "helpdesk_partner"}
    with context.begin() as work:  # whoever was given another's key has their own again
        assert work.session.get(Person, lead.person.id).key_id == lead.person.key_id
    _red_on_the_board(context, lead, queue)
    _a_queue_that_had_no_key_gets_one(context, empty)


def _red_on_the_board(context, lead, queue):
    staff = create_app(context, Surface.STAFF)
    staff.testing = True
    page = sign_in(staff.test_client(), lead).get("/duty").get_data(as_text=True)
    assert "has a key that we did not sign" in page
    assert queue.name in page


def _a_queue_that_had_no_key_gets_one(context, empty):
    """Whatever lies there: who enrols first makes the key, signed by the house."""
    with context.begin() as work:
        first = a_person(work, Role.RESPONDER, [empty])
    with context.begin() as work:
        case = a_case(work, empty)
    with work_as(context, first) as work:
        assert work.keys.open(case, "story")


def test_a_check_too_few_is_noticed(context, house, address, monkeypatch):
    monkeypatch.setattr(key_signatures, "is_signature_valid", lambda _said, _signature, _by: True)

    assert planting.trial(context, address, seed=SEED, tries=TRIES).faults


def test_a_key_put_in_a_colleagues_place_is_not_let_in(context, house, address):
    queue, lead, _empty = house
    with context.begin() as work:
        newcomer = a_person(work, Role.RESPONDER, [queue], let_in=False)
    with psycopg.connect(address("helpdesk_app"), autocommit=True) as database:
        [stolen] = database.execute(
            "SELECT key_id FROM people WHERE id = %s", [lead.person.id]
        ).fetchone()
        database.execute(
            "INSERT INTO keys VALUES ('mine', 'person', %s, 9, %s)", [newcomer.person.id, b"m" * 32]
        )
    for key_id in ("mine", stolen):
        with psycopg.connect(address("helpdesk_app"), autocommit=True) as database:
            database.execute(
                "UPDATE people SET key_id = %s WHERE id = %s", [key_id, newcomer.person.id]
            )
        with (
            work_as(context, lead) as work,
            pytest.raises(Conflict, match="does not have our signature"),
        ):
            operations.grant_team_key(
                work, queries.membership_of(work, newcomer.person.id, queue.id)
            )
