"""What was stopped before it reached a partner does not reach them at their desk either.

A letter carries only a link: what a packet says leaves when somebody there opens it. And our
answers to their questions leave with no letter at all.
"""

import pytest

from helpdesk.cases.states import ConsentKind
from helpdesk.core.emails import TemporaryMailError
from helpdesk.core.errors import Conflict
from helpdesk.core.history import HistoryEntry
from helpdesk.escalations import operations, queries
from helpdesk.escalations.states import Ask, EscalationState, PartnerAction, Reason
from helpdesk.partners import operations as partners
from helpdesk.partners.models import Partner
from tests.conftest import become
from tests.factories import vet


def doubt(house):
    with house.as_(house.lead) as work:
        partners.suspend_vetting(work, work.session.get(Partner, house.partner.id))


def retire(house):
    with house.as_(house.lead) as work:
        partners.retire_partner(work, work.session.get(Partner, house.partner.id))


def take_back_leave_to_help(house):
    house.withdraw_consent(ConsentKind.HELP)


def not_taken_yet(house):
    """A request whose letter no server has taken so far; it is tried again by itself."""
    escalation = house.approved()
    house.context.mailer.trouble.append(TemporaryMailError(451))
    house.carry(escalation)
    assert house.now(escalation).state is EscalationState.DISPATCHING
    return escalation


THEIRS = {
    "open it": operations.open_packet_and_record,
    "say that they have it": operations.acknowledge_request,
    "ask": lambda work, found: operations.ask_for_information(work, found, question="Since when?"),
    "decide": lambda work, found: operations.record_partner_decision(
        work, found, action=PartnerAction.NONE, reason=Reason.OTHER
    ),
}


@pytest.mark.parametrize("move", THEIRS.values(), ids=THEIRS)
def test_what_had_arrived_stays_closed_while_we_doubt_who_they_are(house, move):
    escalation = house.carried()
    doubt(house)

    with house.as_(house.theirs) as work, pytest.raises(Conflict, match="checking who your team"):
        move(work, house.mine(work, escalation))


def test_it_is_there_again_when_they_were_vetted(house):
    escalation = house.carried()
    doubt(house)
    with house.context.begin() as work:
        vet(work, work.session.get(Partner, house.partner.id))

    with house.as_(house.theirs) as work:
        assert operations.open_packet_and_record(work, house.mine(work, escalation)).fields


@pytest.mark.parametrize("stop", [doubt, retire, take_back_leave_to_help])
@pytest.mark.parametrize("move", THEIRS.values(), ids=THEIRS)
def test_what_was_stopped_before_it_arrived_is_not_opened_at_their_desk(house, stop, move):
    escalation = not_taken_yet(house)
    stop(house)

    with house.as_(house.theirs) as work, pytest.raises(Conflict, match=r"stopped|checking who"):
        move(work, house.mine(work, escalation))

    assert house.now(escalation).state is EscalationState.DISPATCHING
    with house.context.begin() as work:
        read = work.session.query(HistoryEntry).filter_by(action="escalation.read")
        assert read.count() == 0


def test_what_no_server_took_yet_is_opened_at_their_desk_where_nothing_stops_it(house):
    escalation = not_taken_yet(house)

    before = become(house.context, "helpdesk_partner")
    with house.as_(house.theirs) as work:
        operations.open_packet_and_record(work, house.mine(work, escalation))
    become(house.context, before)

    assert house.now(escalation).state is EscalationState.WITH_PARTNER


def asked_by_them(house, ask):
    escalation = house.carried(ask=ask)
    with house.as_(house.theirs) as work:
        operations.ask_for_information(work, house.mine(work, escalation), question="Which one?")
    return escalation


@pytest.mark.parametrize("ask", [Ask.RESTORE, Ask.PRESERVE])
def test_a_partner_in_doubt_gets_no_answer(house, ask):
    escalation = asked_by_them(house, ask)
    doubt(house)

    with house.as_(house.writer) as work, pytest.raises(Conflict, match="vetted"):
        operations.answer_question(work, house.mine(work, escalation), words="fresh@mailbox.test")

    assert house.now(escalation).state is EscalationState.NEED_INFORMATION


def test_an_answer_that_waits_is_not_sent_to_a_partner_in_doubt(house):
    escalation = asked_by_them(house, Ask.RESTORE)
    with house.as_(house.writer) as work:
        operations.answer_question(work, house.mine(work, escalation), words="fresh@mailbox.test")

    with house.as_(house.second) as work:
        found = house.mine(work, escalation)
        assert found.partner.is_vetted, "as the page showed it"
        doubt(house)
        with pytest.raises(Conflict, match="vetted"):
            operations.approve_answer(work, found, seen_wording=found.wording_to_approve)

    with house.as_(house.writer) as work:
        assert len(queries.partner_messages_of(work, house.mine(work, escalation))) == 1
