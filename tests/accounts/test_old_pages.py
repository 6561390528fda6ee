"""Old pages about people: they act on the account, and on the key, that they have shown."""

import pytest

from helpdesk.accounts import operations, queries
from helpdesk.accounts.models import Membership, Person, TeamKind
from helpdesk.core.actors import Role
from helpdesk.core.keys import KeyCopy
from helpdesk.core.stale_page_marks import CHANGED
from helpdesk.partners import operations as partners
from helpdesk.settings import Surface
from tests.accounts.test_vouching import house, invited, let_in, reset
from tests.conftest import app_of
from tests.factories import a_person, sign_in, work_as
from tests.intake.browser import Browser

__all__ = ["house"]


@pytest.fixture
def browse(context):
    app = app_of(context, Surface.STAFF)
    return lambda somebody: Browser(sign_in(app.test_client(), somebody))


def copies_of(context, whom):
    with context.begin() as work:
        return work.session.query(KeyCopy).filter_by(holder_id=whom.person.key_id).count()


def test_who_is_let_in_has_the_key_whose_words_were_on_the_page(context, house, browse):
    dora = invited(context, house.ada, house.queue, "Dora")
    ben, address = browse(house.ben), f"/colleagues/{dora.person.id}/{house.queue.id}/key"
    ben.open("/colleagues")
    again = reset(context, house.ada, dora)  # Ada enrols in Dora's name while Ben is on the phone

    late = ben.send(address)

    assert late.status_code == 409
    assert CHANGED in late.text
    assert copies_of(context, again) == 0
    ben.open("/colleagues")
    assert ben.send(address).status_code == 200
    assert copies_of(context, again) == 1


def test_a_desk_lets_in_the_key_whose_words_were_on_the_page(context, partner_desk, a_desk):
    team, first, second, lead = a_desk
    browser = Browser(sign_in(partner_desk, first))
    browser.open("/colleagues")
    again = reset(context, lead, second)

    late = browser.send(f"/colleagues/{second.person.id}/{team.id}/key")

    assert late.status_code == 409
    assert copies_of(context, again) == 0


@pytest.fixture
def a_desk(context, house):
    """A partner's team of one, somebody who waits, and a coordinator who looks after them."""
    with work_as(context, house.ada) as work:
        partner = partners.register_partner(
            work,
            slug="northern",
            name="Northern",
            platform="northern",
            mailbox="trust@northern.test",
            is_new_platform=True,
        )
        first = a_person(work, Role.PARTNER, [partner.team])
        second = a_person(work, Role.PARTNER, [partner.team], let_in=False)
    return partner.team, first, second, house.ada


def an_account(context, house):
    """Somebody who waits for the code of an operator, in Ada's queue."""
    with context.begin() as work:
        operator = a_person(work, Role.OPERATOR, name="Op")
    with work_as(context, operator) as work:
        person, _code = operations.invite_person(
            work,
            handle="dora",
            name="Dora",
            role=Role.RESPONDER,
            teams=[queries.team_by_slug(work, house.queue.slug)],
        )
    return operator, person


def given_by(context, person):
    with context.begin() as work:
        return work.session.get(Person, person.id).code_given_by


def test_an_old_page_replaces_no_code_that_somebody_gave_since(context, house, browse):
    operator, dora = an_account(context, house)
    ada, address = browse(house.ada), f"/people/{dora.id}"
    ada.open(address)
    with work_as(context, operator) as work:
        operations.renew_invitation(work, queries.person_by_id(work, dora.id))

    assert ada.send(f"{address}/enrolment").status_code == 409
    assert given_by(context, dora) == operator.actor.id


def test_an_old_page_resets_nobody_who_was_reset_and_let_in_since(context, house, browse):
    ada, address = browse(house.ada), f"/people/{house.cem.person.id}/reset"
    ada.open(address)
    again = reset(context, house.ben, house.cem)
    let_in(context, house.ada, again, house.queue)

    assert ada.send(address).status_code == 409
    with context.begin() as work:
        assert work.session.get(Person, house.cem.person.id).key_id == again.person.key_id


def test_an_old_page_unblocks_nobody_who_was_blocked_again_since(context, house, browse):
    def cem(work):
        return queries.person_by_id(work, house.cem.person.id)

    ada, address = browse(house.ada), f"/people/{house.cem.person.id}"
    with work_as(context, house.ben) as work:
        operations.disable_person(work, cem(work))
    ada.open(address)
    with work_as(context, house.ben) as work:
        operations.enable_person(work, cem(work))
    with work_as(context, house.ben) as work:
        operations.disable_person(work, cem(work))

    assert ada.send(f"{address}/reopening").status_code == 409
    with work_as(context, house.ben) as work:
        assert cem(work).disabled_at is not None


def test_an_old_page_makes_no_first_member_of_who_was_reset_since(context, house, browse):
    """Who comes into a team first makes its key: nobody has compared the words of another."""
    operator, _dora = an_account(context, house)
    with work_as(context, operator) as work:
        team = operations.create_team(work, slug="new", name="New", kind=TeamKind.QUEUE)
    page, address = browse(operator), f"/people/{house.cem.person.id}"
    page.open(address)
    again = reset(context, house.ada, house.cem)

    assert page.send(f"{address}/memberships", answers={"team": "new"}).status_code == 409
    assert copies_of(context, again) == 0
    with context.begin() as work:
        assert work.session.query(Membership).filter_by(team_id=team.id).all() == []
