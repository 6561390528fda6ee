"""A second person sends a draft back, with a reason, to whoever wrote it."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import select

from helpdesk.cases.levels import Level
from helpdesk.cases.models import News
from helpdesk.cases.models.news import NewsKind
from helpdesk.core.errors import Conflict, StalePage
from helpdesk.core.history import HistoryEntry
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.duty.requests_awaiting_second_person import requests_awaiting_second_person
from helpdesk.escalations import operations, request_lists
from helpdesk.escalations.states import EscalationState
from tests.escalations.conftest import TYPED
from tests.factories import sign_in
from tests.intake.browser import token_in

WHY = "marker-why: say since when they are locked out."


def send_back(house, escalation, who=None, seen_hash=None):
    with house.as_(who or house.second) as work:
        operations.send_draft_back(
            work,
            house.mine(work, escalation),
            reason=WHY,
            seen_hash=seen_hash or escalation.packet_hash,
        )


def change(house, escalation):
    with house.as_(house.writer) as work:
        found = house.mine(work, escalation)
        operations.change_draft(work, found, typed=TYPED, seen_hash=found.packet_hash)


def page_of(house, escalation):
    return f"/cases/{house.case.ref}/requests/{escalation.ref}"


def test_a_draft_that_was_sent_back_is_approved_only_after_it_was_saved_again(house):
    escalation = house.ask()

    send_back(house, escalation)

    assert house.now(escalation).state is EscalationState.DRAFT
    with pytest.raises(Conflict, match="sent this draft back"):
        house.approve(escalation)
    change(house, escalation)
    assert not house.now(escalation).is_sent_back
    assert house.approve(escalation).state is EscalationState.APPROVED


def test_even_in_an_emergency_its_writer_does_not_send_alone_what_was_sent_back(house):
    house.change_case(level=Level.IMMEDIATE)
    escalation = house.ask()
    send_back(house, escalation)

    with pytest.raises(Conflict, match="sent this draft back"):
        house.approve(escalation, who=house.writer)


def test_its_writer_reads_the_reason_and_hears_of_it_as_news(house, staff, context):
    escalation = house.ask()
    send_back(house, escalation)
    run_due_jobs(context, "notices", at=datetime.now(UTC) + timedelta(seconds=1))

    with context.begin() as work:
        heard = {(one.person_id, one.what) for one in work.session.scalars(select(News))}
        told = [
            one.details
            for one in work.session.scalars(
                select(HistoryEntry).where(HistoryEntry.action == "escalation.sent_back")
            )
        ]
    browser = sign_in(staff, house.writer)
    board = unescape(browser.get("/duty").text)
    page = unescape(browser.get(page_of(house, escalation)).text)

    assert (house.writer.actor.person_id, NewsKind.SENT_BACK) in heard
    assert house.second.actor.person_id not in {person for person, _what in heard}
    assert len(told) == 1
    assert WHY not in str(told)
    assert "sent the draft of a request back" in board
    assert WHY in page
    assert "Draft: sent back to be changed" in page


def test_what_was_sent_back_waits_for_its_writer_and_no_second_person(house):
    escalation = house.ask()
    with house.as_(house.lead) as work:
        assert [one.request.ref for one in requests_awaiting_second_person(work).others] == [
            escalation.ref
        ]

    send_back(house, escalation)

    with house.as_(house.lead) as work:
        assert requests_awaiting_second_person(work).others == []
        assert request_lists.requests_to_approve(work) == []
    with house.as_(house.writer) as work, pytest.raises(Conflict, match="isn’t waiting"):
        operations.alert_second_person(work, house.mine(work, escalation))
    change(house, escalation)
    with house.as_(house.lead) as work:
        assert len(requests_awaiting_second_person(work).others) == 1


def test_nobody_sends_back_their_own_draft_or_another_wording_or_twice(house):
    escalation = house.ask()

    with pytest.raises(Conflict, match="You wrote this draft"):
        send_back(house, escalation, who=house.writer)
    with pytest.raises(StalePage):
        send_back(house, escalation, seen_hash="0" * 64)
    send_back(house, escalation)
    with pytest.raises(StalePage, match="already sent this draft back"):
        send_back(house, escalation, who=house.lead)


def test_what_is_approved_can_no_longer_be_sent_back(house):
    escalation = house.approved()

    with pytest.raises(StalePage, match="already been approved"):
        send_back(house, escalation)


def test_the_page_offers_it_to_a_second_person_and_wants_a_reason(house, staff):
    escalation = house.ask()
    second, address = sign_in(staff, house.second), page_of(house, escalation)
    to = f"{address}/sending-back"
    shown = second.get(address)
    token = {"csrf_token": token_in(shown.text), "seen_hash": escalation.packet_hash}
    assert f'action="{to}"' in shown.text

    empty = second.post(to, data={**token, "reason": " "}, follow_redirects=True)
    assert "Type what has to be changed." in empty.text
    done = second.post(to, data={**token, "reason": WHY})

    assert done.status_code == 303
    assert f'action="{to}"' not in second.get(address).text
    assert house.now(escalation).is_sent_back
