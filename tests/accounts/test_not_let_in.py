"""A coordinator whom nobody has let in reads nothing, and does nothing to people or partners."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from helpdesk.accounts import operations, queries
from helpdesk.accounts.models import Person, Team, TeamKind
from helpdesk.core.actors import Role
from helpdesk.core.errors import NotAllowed, NotFound
from helpdesk.partners import operations as partners
from helpdesk.partners.models import Partner
from tests.factories import a_person, a_team, enrolled, sign_in, work_as


class House:
    """A queue of two, a partner, and a coordinator who waits: invited by one of the two."""

    def __init__(self, context):
        self.context = context
        with context.begin() as work:
            self.queue, self.other = a_team(work), a_team(work)
            self.ada = a_person(work, Role.COORDINATOR, [self.queue], name="Ada")
            self.ben = a_person(work, Role.COORDINATOR, [self.queue], name="Ben")
            self.cem = a_person(work, teams=[self.queue], name="Cem")
            self.far = a_person(work, teams=[self.other], name="Far")
        with work_as(context, self.ada) as work:
            self.partner = partners.register_partner(
                work,
                slug="northern",
                name="Northern",
                platform="northern",
                mailbox="trust@northern.test",
                is_new_platform=True,
            )
            team = queries.team_by_slug(work, self.queue.slug)
            person, _code = operations.invite_person(
                work, handle="waits", name="Waits", role=Role.COORDINATOR, teams=[team]
            )
            self.waits = enrolled(replace(work, actor=person.as_actor()), person)

    def person(self, work, who):
        return work.session.get(Person, getattr(self, who).person.id)


@pytest.fixture
def house(context):
    return House(context)


def invites(work, house):
    return operations.invite_person(work, handle="mole", name="Mole", role=Role.PARTNER)


def removes(work, house):
    membership = queries.membership_of(work, house.cem.person.id, house.queue.id)
    operations.remove_member(work, membership)


ACTS = {
    "invite": invites,
    "reset": lambda work, house: operations.require_new_enrolment(work, house.person(work, "cem")),
    "block": lambda work, house: operations.disable_person(work, house.person(work, "ben")),
    "unblock": lambda work, house: operations.enable_person(work, house.person(work, "cem")),
    "remove": removes,
    "place": lambda work, house: operations.add_member(
        work, house.person(work, "far"), work.session.get(Team, house.queue.id)
    ),
    "make a queue": lambda work, house: operations.create_team(
        work, slug="own", name="Own", kind=TeamKind.QUEUE
    ),
    "register a partner": lambda work, house: partners.register_partner(
        work, slug="x", name="X", platform="x", mailbox="a@x.test", is_new_platform=True
    ),
    "change a partner": lambda work, house: partners.change_allow_list(
        work, work.session.get(Partner, house.partner.id), fields=["harm"]
    ),
    "retire a partner": lambda work, house: partners.retire_partner(
        work, work.session.get(Partner, house.partner.id)
    ),
    "change where their mail goes": lambda work, house: partners.set_partner_email_address(
        work, work.session.get(Partner, house.partner.id), "mine@x.test"
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_who_was_not_let_in_does_nothing_to_people_or_partners(house, act):
    with (
        pytest.raises(NotAllowed, match="have access yet"),
        work_as(house.context, house.waits) as work,
    ):
        ACTS[act](work, house)


@pytest.mark.parametrize("act", ACTS)
def test_who_was_taken_out_of_every_queue_does_nothing_either(house, act):
    with work_as(house.context, house.ben) as work:
        membership = queries.membership_of(work, house.ada.person.id, house.queue.id)
        operations.remove_member(work, membership)
        house.ada.person = house.person(work, "ada")

    with pytest.raises((NotAllowed, NotFound)), work_as(house.context, house.ada) as work:
        ACTS[act](work, house)


def test_who_waits_in_one_queue_looks_after_the_people_of_the_others_alone(house):
    """Ada is in two queues, and nobody has let her into the second one."""
    with house.context.begin() as work:
        operations_of_shell = replace(work, actor=replace(work.actor, role=Role.OPERATOR))
        operations.add_member(operations_of_shell, house.person(work, "ada"), house.other)
        house.ada.person = house.person(work, "ada")

    with pytest.raises(NotAllowed), work_as(house.context, house.ada) as work:
        operations.require_new_enrolment(work, house.person(work, "far"))
    with pytest.raises(NotAllowed), work_as(house.context, house.ada) as work:
        operations.remove_member(
            work, queries.membership_of(work, house.far.person.id, house.other.id)
        )
    with work_as(house.context, house.ada) as work:
        operations.disable_person(work, house.person(work, "cem"))


def test_once_let_in_they_look_after_people(house):
    with work_as(house.context, house.ben) as work:
        operations.grant_team_key(
            work, queries.membership_of(work, house.waits.person.id, house.queue.id)
        )

    with work_as(house.context, house.waits) as work:
        operations.disable_person(work, house.person(work, "cem"))


def test_the_first_coordinator_of_a_helpdesk_needs_nobody_to_let_them_in(context):
    """Enrolling makes the key of the first queue; then they invite everybody else."""
    with context.begin() as work:
        queue = a_team(work)
        first = a_person(work, Role.COORDINATOR, [queue])

    with work_as(context, first) as work:
        operations.invite_person(work, handle="next", name="Next", role=Role.RESPONDER)
        assert work.session.scalar(select(Person.name).where(Person.handle == "next")) == "Next"


PAGES = (
    "/people",
    "/people/invitation",
    "/people/queue",
    "/partners/new",
    "/partners/northern/about",
)


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_say_that_they_wait(house, staff, page):
    sign_in(staff, house.waits)

    answer = staff.get(page)

    assert answer.status_code == 403
    assert "have access yet" in answer.text


def test_the_pages_of_colleagues_say_so_too(house, staff):
    sign_in(staff, house.waits)
    staff.application.config["WTF_CSRF_ENABLED"] = False
    whose = f"/people/{house.cem.person.id}"
    addresses = (f"{whose}/closing", f"{whose}/reset", f"{whose}/memberships/{house.queue.id}/end")

    for address in addresses:
        for answer in (staff.get(address), staff.post(address, data={})):
            assert answer.status_code == 403, address
            assert "have access yet" in answer.text
    assert staff.post(f"{whose}/reopening").status_code == 403
    assert staff.post(f"{whose}/memberships", data={"team": house.queue.slug}).status_code == 403
