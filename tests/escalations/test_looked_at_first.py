"""What was stopped for what it says stays shut until a person has looked and sends it again."""

from datetime import timedelta

import pytest

from helpdesk.core.errors import Conflict
from helpdesk.escalations import operations
from helpdesk.escalations.states import DeliveryState
from helpdesk.partners import operations as partners
from helpdesk.partners.models import Partner
from tests.conftest import become
from tests.escalations.conftest import TYPED
from tests.escalations.test_denied import phoned_by_somebody_else, write_to_them
from tests.escalations.test_gates_again import narrow, send_again
from tests.escalations.test_stopped_at_the_desk import not_taken_yet
from tests.escalations.test_whose_findings import record_ownership


def disputed(house):
    phoned_by_somebody_else(house)
    return lambda: write_to_them(house, who=house.second)


def nobody_confirms(house):
    record_ownership(house, house.case.incident_type, "refused")
    playbook, account = house.case.incident_type, TYPED["target_url"]
    return lambda: record_ownership(house, playbook, "confirmed", account)


def receives_less(house):
    allowed = house.partner.allowed_fields
    narrow(house, "harm")

    def allow_it_again():
        with house.as_(house.lead) as work:
            partner = work.session.get(Partner, house.partner.id)
            partners.change_allow_list(work, partner, fields=allowed)

    return allow_it_again


@pytest.mark.parametrize("stop", [disputed, nobody_confirms, receives_less])
def test_what_was_stopped_for_what_it_says_waits_for_who_sends_it_again(house, stop):
    """That the reason is gone by itself is no reason for it to arrive: a person looks first."""
    escalation = not_taken_yet(house)
    lift = stop(house)
    house.carry(escalation, later=timedelta(minutes=2))
    assert house.delivery(escalation).state is DeliveryState.DEAD_LETTER

    lift()

    before = become(house.context, "helpdesk_partner")
    with house.as_(house.theirs) as work, pytest.raises(Conflict, match="stopped"):
        operations.open_packet_and_record(work, house.mine(work, escalation))
    become(house.context, before)
    send_again(house, escalation, house.writer)
    with house.as_(house.theirs) as work:
        assert operations.open_packet_and_record(work, house.mine(work, escalation)).fields
