"""Old pages of one's teams: who is let in has the key whose six words were on the page."""

import pytest

from helpdesk.app import create_app
from helpdesk.core.actors import Role
from helpdesk.core.keys import KeyCopy
from helpdesk.core.page_marks import CHANGED
from helpdesk.partners import operations as partners
from helpdesk.settings import Surface
from tests.accounts.test_vouching import house, invited, reset
from tests.factories import a_person, sign_in, work_as
from tests.intake.browser import Browser

__all__ = ["house"]


@pytest.fixture
def browse(context):
    app = create_app(context, Surface.STAFF)
    app.testing = True
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
