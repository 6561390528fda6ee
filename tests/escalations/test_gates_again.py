"""Gates again: what was approved passes them when it is sent again, and when it goes out late."""

import pytest

from helpdesk.cases.levels import Level
from helpdesk.core.emails import PermanentMailError
from helpdesk.core.errors import Conflict
from helpdesk.core.sealing import Envelope
from helpdesk.escalations import operations, queries
from helpdesk.escalations.states import DeliveryState, EscalationState
from helpdesk.partners import operations as partners
from helpdesk.partners.models import Partner
from tests.escalations.test_second_person import write_fact
from tests.escalations.test_views import page_of, send
from tests.factories import sign_in


def is_refused_by_mail_server(house, escalation):
    house.context.mailer.trouble = [PermanentMailError("no")]
    house.carry(escalation)
    assert house.delivery(escalation).state is DeliveryState.DEAD_LETTER


def send_again(house, escalation, who):
    with house.as_(who) as work:
        operations.resend_request(work, house.mine(work, escalation))
    house.carry(escalation)
    return house.now(escalation).state


def narrow(house, without):
    with house.as_(house.lead) as work:
        partner = work.session.get(Partner, house.partner.id)
        fields = [one for one in partner.allowed_fields if one != without]
        partners.change_allow_list(work, partner, fields=fields)


@pytest.fixture
def alone(house):
    """Approved by its writer, because it was that urgent; the mail server refuses it."""
    house.change_case(level=Level.IMMEDIATE)
    escalation = house.ask()
    house.approve(escalation, who=house.writer)
    is_refused_by_mail_server(house, escalation)
    return escalation


def test_nobody_alone_sends_again_what_is_not_that_urgent_any_more(house, alone):
    house.change_case(level=Level.URGENT)

    with pytest.raises(Conflict, match="second person"):
        send_again(house, alone, house.writer)

    assert send_again(house, alone, house.second) is EscalationState.WITH_PARTNER


def test_one_who_wrote_it_sends_it_again_while_it_is_that_urgent(house, alone):
    assert send_again(house, alone, house.writer) is EscalationState.WITH_PARTNER


def test_who_wrote_it_sends_again_what_a_second_person_has_read(house, alone):
    with house.as_(house.second) as work:
        operations.confirm_read_afterwards(work, house.mine(work, alone))
    house.change_case(level=Level.URGENT)

    assert send_again(house, alone, house.writer) is EscalationState.WITH_PARTNER


def test_who_sends_it_again_as_its_second_reader_is_told_so_and_has_its_words(house, staff, alone):
    address, reader = page_of(house, alone), sign_in(staff, house.second)
    page = reader.get(address).text

    assert ">I have read it: send it again<" in page
    assert ">Send it again<" not in page
    assert send(reader, address, f"{address}/delivery", seen="").status_code == 409
    assert house.now(alone).is_unread
    assert house.delivery(alone).state is DeliveryState.DEAD_LETTER

    assert send(reader, address, f"{address}/delivery").status_code == 303
    assert house.now(alone).second_reader == house.second.actor.id
    assert house.delivery(alone).state is DeliveryState.PENDING


def test_where_its_writer_sends_it_again_the_reading_stays_due(house, staff, alone):
    address, writer = page_of(house, alone), sign_in(staff, house.writer)

    assert "I have read it" not in writer.get(address).text
    assert send(writer, address, f"{address}/delivery").status_code == 303
    assert house.now(alone).is_unread


def test_what_one_approved_alone_does_not_go_out_once_it_is_less_urgent(house):
    house.change_case(level=Level.IMMEDIATE)
    escalation = house.approve(house.ask(), who=house.writer)
    house.change_case(level=Level.URGENT)

    house.carry(escalation)

    delivery = house.delivery(escalation)
    assert delivery.state is DeliveryState.DEAD_LETTER
    with house.as_(house.writer) as work:
        assert queries.failure_code_of_delivery(work, delivery) == "needs_second_person"
    assert send_again(house, escalation, house.second) is EscalationState.WITH_PARTNER
    assert house.now(escalation).second_reader == house.second.actor.id


def test_what_has_arrived_is_not_stopped_when_the_case_is_less_urgent(house, partner_desk):
    house.change_case(level=Level.IMMEDIATE)
    escalation = house.approve(house.ask(), who=house.writer)
    house.carry(escalation)
    house.change_case(level=Level.URGENT)

    page = sign_in(partner_desk, house.theirs).get(f"/requests/{escalation.ref}")

    assert "marker-happened" in page.text


@pytest.mark.parametrize(
    ("fact", "value"), [("owner_confirmed", "not_theirs"), ("vetted", "unknown")]
)
def test_what_a_request_rests_on_is_asked_before_it_is_sent_again(house, fact, value):
    escalation = house.approved()
    is_refused_by_mail_server(house, escalation)
    write_fact(house, house.lead, fact, value)

    with pytest.raises(Conflict, match="haven’t confirmed"):
        send_again(house, escalation, house.writer)


@pytest.mark.parametrize(
    ("fact", "value"), [("owner_confirmed", "not_theirs"), ("vetted", "unknown")]
)
def test_what_a_request_rests_on_is_asked_as_it_goes_out(house, fact, value):
    escalation = house.approved()
    write_fact(house, house.lead, fact, value)

    house.carry(escalation)

    delivery = house.delivery(escalation)
    assert delivery.state is DeliveryState.DEAD_LETTER
    assert house.context.mailer.sent == []
    with house.as_(house.writer) as work:
        assert queries.failure_code_of_delivery(work, delivery) == "facts_taken_back"


def test_what_they_may_receive_is_asked_before_it_is_sent_again_and_as_it_goes_out(house):
    escalation = house.approved()
    narrow(house, "harm")

    house.carry(escalation)

    delivery = house.delivery(escalation)
    assert delivery.state is DeliveryState.DEAD_LETTER
    with house.as_(house.writer) as work:
        assert queries.failure_code_of_delivery(work, delivery) == "fields_not_allowed"
    with pytest.raises(Conflict, match="can’t receive"):
        send_again(house, escalation, house.writer)


def test_a_field_that_it_does_not_hold_may_come_off_the_list(house):
    escalation = house.approved()
    narrow(house, "region")

    house.carry(escalation)

    assert house.now(escalation).state is EscalationState.WITH_PARTNER


@pytest.mark.parametrize("taken", ["fact", "field"])
def test_what_is_stopped_is_not_opened_at_the_desk(house, partner_desk, taken):
    """The letter may have come, and we do not know it: the desk asks the same."""
    escalation = house.approved()
    house.context.mailer.trouble = [ConnectionResetError("who knows")]
    house.carry(escalation)
    assert house.now(escalation).state is EscalationState.DISPATCHING
    if taken == "fact":
        write_fact(house, house.lead, "owner_confirmed", "not_theirs")
    else:
        narrow(house, "harm")
    desk = sign_in(partner_desk, house.theirs)

    page = desk.get(f"/requests/{escalation.ref}")

    assert page.status_code == 409
    assert "was stopped before it reached you" in page.text
    assert house.now(escalation).state is EscalationState.DISPATCHING


def test_what_nobody_can_check_is_neither_sent_nor_answered(house):
    """How to contact the reporter lies there as something that nobody can open."""
    escalation = house.carried()
    with house.as_(house.theirs) as work:
        operations.ask_for_information(work, house.mine(work, escalation), question="Since when?")
    house.change_case(contact=Envelope(b"no envelope"))

    with house.as_(house.writer) as work, pytest.raises(Conflict, match="can’t be read"):
        operations.answer_question(work, house.mine(work, escalation), words="Since Monday.")
