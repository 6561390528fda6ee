"""A key that nobody signed under the name of a person: nothing is sealed to it, and it is red."""

import pytest
from sqlalchemy import text

from helpdesk.accounts import operations, queries
from helpdesk.accounts.models import Person, TeamKind, UnconfirmedEmailAddress
from helpdesk.core.actors import Role
from helpdesk.core.errors import Conflict
from helpdesk.core.sealing import Secret
from tests.factories import a_person, a_team, sign_in, work_as

RED = "has a key that we did not sign"
MINE = Secret.new()


@pytest.fixture
def lead(context):
    with context.begin() as work:
        return a_person(work, Role.COORDINATOR, [a_team(work)], name="Lena")


@pytest.fixture
def theirs(context, lead):
    """One of a partner's people."""
    with context.begin() as work:
        team = a_team(work, kind=TeamKind.PARTNER)
        return a_person(work, Role.PARTNER, [team], name="Pia")


def writes(context, statement, **values):
    """What the role of the staff's pages can write, taken over."""
    with context.sessions.begin() as session:
        session.execute(text(statement), values)


def plants(context, somebody):
    made = "INSERT INTO keys VALUES ('mine', 'person', :owner, 9, :half)"
    writes(context, made, owner=somebody.person.id, half=MINE.public.raw)


def swaps(context, somebody, key_id):
    changed = "UPDATE people SET key_id = :key WHERE id = :owner"
    writes(context, changed, owner=somebody.person.id, key=key_id)


def board(staff, somebody):
    return sign_in(staff, somebody).get("/duty").text


def test_a_partners_person_with_another_key_is_red_by_name(context, staff, lead, theirs):
    assert RED not in board(staff, lead)
    plants(context, theirs)
    swaps(context, theirs, "mine")

    page = board(staff, lead)

    assert RED in page
    assert "Pia" in page


def test_a_key_that_only_lies_there_is_red_too(context, staff, lead, theirs):
    plants(context, theirs)

    assert RED in board(staff, lead)


def test_a_key_that_was_signed_for_somebody_else_is_none_either(context, staff, lead, theirs):
    swaps(context, theirs, lead.person.key_id)

    page = board(staff, lead)

    assert RED in page
    assert "Pia" in page


def test_who_may_not_see_the_person_reads_no_name(context, staff, lead, theirs):
    with context.begin() as work:
        other = a_person(work, Role.RESPONDER, [a_team(work)])
    swaps(context, theirs, lead.person.key_id)

    page = board(staff, other)

    assert RED in page
    assert "Pia" not in page


@pytest.mark.parametrize("who", [Role.RESPONDER, Role.PARTNER])
def test_no_address_is_sealed_to_a_key_that_was_put_there(context, lead, theirs, who):
    somebody = theirs if who is Role.PARTNER else lead
    plants(context, somebody)
    swaps(context, somebody, "mine")

    with work_as(context, somebody) as work:
        me = work.session.get(Person, somebody.person.id)
        with pytest.raises(Conflict, match="does not have our signature"):
            operations.propose_own_email_address(work, me, "anna@house.test")

    with context.begin() as work:
        assert work.session.get(UnconfirmedEmailAddress, somebody.person.id) is None
        assert queries.email_address_of(work, work.session.get(Person, somebody.person.id)) == ""
