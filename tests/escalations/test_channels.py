"""A request goes by the first channel that fits, and says who else hears of it there."""

from dataclasses import replace
from html import unescape

import pytest

from helpdesk.core.errors import Conflict
from helpdesk.core.history import HistoryEntry
from helpdesk.escalations import operations, queries, request_basis
from helpdesk.escalations.channel_routing import route_of
from helpdesk.escalations.gates import check_gates, closed_gates
from helpdesk.escalations.states import Ask, DeliveryState
from helpdesk.partners import operations as partners
from helpdesk.partners import queries as partner_queries
from helpdesk.partners.channel_terms import DESK_TERMS, OnwardDisclosure
from helpdesk.partners.models import Partner, PartnerChannel
from tests.escalations.conftest import TYPED, a_partner
from tests.escalations.test_old_pages import at_mailbox
from tests.factories import sign_in, vet, work_as

TELLS = "They could learn from it that someone asked for help"


def settle(house, **terms):
    """A coordinator settles the desk of the house's partner."""
    with work_as(house.context, house.lead) as work:
        partner = work.session.get(Partner, house.partner.id)
        [desk, *_] = partner_queries.channels_of(work, partner)
        partners.change_channel(work, partner, desk, terms=replace(DESK_TERMS, **terms))
        return desk.id


def add(house, **terms):
    with work_as(house.context, house.lead) as work:
        partner = work.session.get(Partner, house.partner.id)
        added = partners.add_channel(work, partner, terms=replace(DESK_TERMS, **terms))
        return added.id


def vet_again(house):
    with house.context.begin() as work:
        vet(work, work.session.get(Partner, house.partner.id))


def shut(house, request):
    with house.as_(house.second) as work:
        seen = request_basis.gate_inputs(work, house.mine(work, request))
        return {one.name: one.sentence for one in closed_gates(check_gates(seen, approver="x"))}


def test_a_request_goes_by_the_first_channel_that_takes_it_and_its_page_says_why(house, staff):
    settle(house, asks=("remove",))
    second = add(house, onward_disclosure=OnwardDisclosure.INSIDE)
    vet_again(house)

    request = house.ask()

    assert request.channel_id == second
    page = unescape(sign_in(staff, house.second).get(address(house, request)).text)
    assert "It’s the first of their channels that takes this." in page
    assert "not for “Give the account back to its owner”." in page


def test_what_no_channel_takes_can_be_written_and_not_approved(house):
    settle(house, asks=("remove",))

    request = house.ask()

    assert request.channel_id is None
    assert "No channel of" in shut(house, request)["Channel"]
    with pytest.raises(Conflict):
        house.approve(request)


def test_what_is_too_long_for_a_channel_goes_by_the_next(house):
    settle(house, size_limit=100)
    second = add(house)
    vet_again(house)

    assert house.ask().channel_id == second


def test_what_is_about_another_problem_goes_by_the_next(house):
    settle(house, harms=("doxing",))
    second = add(house, harms=(house.case.incident_type,))
    vet_again(house)

    assert house.ask().channel_id == second


@pytest.mark.parametrize(
    ("disclosure", "title"),
    [
        (OnwardDisclosure.TELLS, "They tell the reported party"),
        (OnwardDisclosure.UNKNOWN, "They may tell the reported party"),
    ],
)
def test_responder_and_reporter_are_warned_before_anything_is_sent(
    house, staff, public, disclosure, title
):
    settle(house, onward_disclosure=disclosure)
    request = house.ask()

    page = unescape(sign_in(staff, house.second).get(address(house, request)).text)
    preview = unescape(at_mailbox(house, public).get(f"/mailbox/case/requests/{request.ref}").text)

    assert title in page
    assert TELLS in preview
    known = disclosure is OnwardDisclosure.TELLS
    assert ("We don’t know whether" in preview) is not known
    assert "shows what they get to the person or account that it’s about" in preview


def test_nobody_is_warned_of_a_channel_that_keeps_it_to_itself(house, staff, public):
    settle(house, onward_disclosure=OnwardDisclosure.INSIDE)
    request = house.ask()

    page = unescape(sign_in(staff, house.second).get(address(house, request)).text)
    preview = at_mailbox(house, public).get(f"/mailbox/case/requests/{request.ref}").text

    assert "tell the reported party" not in page
    assert "shows what they get" not in unescape(preview)


def test_what_was_settled_since_a_draft_was_written_is_not_approved_before_the_reporter_sees_it(
    house,
):
    settle(house, onward_disclosure=OnwardDisclosure.INSIDE)
    request = house.ask()
    settle(house, onward_disclosure=OnwardDisclosure.TELLS)

    assert "was changed after this one was written" in shut(house, request)["Channel"]
    with house.as_(house.writer) as work:
        mine = house.mine(work, request)
        operations.change_draft(work, mine, typed=TYPED, seen_hash=mine.packet_hash)
        assert mine.onward_disclosure is OnwardDisclosure.TELLS
    assert "Channel" not in shut(house, request)


@pytest.mark.parametrize("what", ["ended", "worse"])
def test_what_was_approved_for_another_channel_is_not_sent(house, what):
    desk = settle(house, onward_disclosure=OnwardDisclosure.INSIDE)
    request = house.approved()
    if what == "worse":
        settle(house, onward_disclosure=OnwardDisclosure.TELLS)
    else:
        with work_as(house.context, house.lead) as work:
            partner = work.session.get(Partner, house.partner.id)
            partners.end_channel(work, partner, work.session.get(PartnerChannel, desk))

    house.carry(request)

    delivery = house.delivery(request)
    assert delivery.state is DeliveryState.DEAD_LETTER
    with house.as_(house.writer) as work:
        assert queries.failure_code_of_delivery(work, delivery) == "channel_changed"
        with pytest.raises(Conflict, match="The channel by which it was"):
            operations.resend_request(work, house.mine(work, request))


def test_what_fewer_hear_of_by_now_is_sent(house):
    settle(house, onward_disclosure=OnwardDisclosure.TELLS)
    request = house.approved()
    settle(house, onward_disclosure=OnwardDisclosure.INSIDE)

    house.carry(request)

    assert house.delivery(request).state is DeliveryState.ACCEPTED


def test_history_keeps_by_which_channel_it_was_approved(house):
    desk = settle(house, onward_disclosure=OnwardDisclosure.INSIDE)
    request = house.approved()

    with house.context.begin() as work:
        entry = work.session.query(HistoryEntry).filter_by(
            subject_id=request.id, action="escalation.approved"
        )
        details = entry.one().details
    assert (details["channel"], details["by"], details["disclosure"]) == (desk, "desk", "inside")


def test_a_draft_to_another_partner_goes_by_theirs(house, context):

    with context.begin() as work:
        other = a_partner(work, house.lead, slug="trust-west")
    request = house.ask(ask=Ask.LOCK)
    with house.as_(house.writer) as work:
        found = house.mine(work, request)
        operations.change_partner_of_draft(
            work, found, work.session.get(Partner, other.id), seen_hash=found.packet_hash
        )
        channel = work.session.get(PartnerChannel, found.channel_id)
        assert channel.partner_id == other.id
        assert route_of(work, found, queries.packet_of(work, found)).channel


def address(house, request):
    return f"/cases/{house.case.ref}/requests/{request.ref}"
