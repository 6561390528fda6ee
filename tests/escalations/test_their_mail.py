"""A request whose letter could reach nobody says so before it leaves, and the board afterwards."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import text

from helpdesk.core.emails import TemporaryMailError
from helpdesk.core.errors import Conflict, NotAllowed
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.escalations import jobs, operations
from helpdesk.escalations.states import Ask, DeliveryState
from helpdesk.partners import operations as partners
from helpdesk.partners.models import Partner
from tests.escalations.conftest import MAILBOX
from tests.factories import confirm_mail, sign_in
from tests.intake.browser import token_in

SOON = timedelta(minutes=1)
UNCONFIRMED = "mail address isn’t confirmed"


def as_before(house, until):
    """Their address was given before there were test letters, and is used until a moment."""
    with house.context.sessions.begin() as session:
        given = "UPDATE partners SET mailbox_confirmed_at = NULL, mailbox_used_until = :until"
        session.execute(text(given), {"until": until})


def is_over(house):
    as_before(house, datetime.now(UTC) - SOON)


def confirmed(house):
    with house.as_(house.lead) as work:
        partner = work.session.get(Partner, house.partner.id)
        partners.resend_email_address_code(work, partner)
        work.session.flush()
        confirm_mail(work, partner)


def news_of(house, escalation):
    """The job that says that there is news."""
    jobs.email_partner_news(house.context, escalation_id=escalation.id, about="x")


def page_of(house, staff, escalation, who=None):
    sign_in(staff, who or house.second)
    return unescape(staff.get(f"/cases/{house.case.ref}/requests/{escalation.ref}").text)


def board_of(house, staff):
    return sign_in(staff, house.writer).get("/duty").text


def letters_to_them(house):
    return [one for one in house.context.mailer.sent if one.to == MAILBOX]


def test_a_request_to_an_address_that_is_not_confirmed_says_so_and_does_not_leave(house, staff):
    is_over(house)
    escalation = house.ask(Ask.LOCK)

    page = page_of(house, staff, escalation)
    assert UNCONFIRMED in page
    assert "no email would reach them" in page
    assert "Approve and send" not in page
    with pytest.raises(Conflict, match="isn’t confirmed"):
        house.approve(escalation)

    confirmed(house)
    page = page_of(house, staff, escalation)
    assert UNCONFIRMED not in page
    assert "Approve and send" in page
    house.approve(escalation)
    house.carry(escalation)
    assert len(letters_to_them(house)) == 1


def test_an_address_from_before_lets_it_leave_and_the_page_says_until_when(house, staff):
    until = datetime.now(UTC) + timedelta(days=12)
    as_before(house, until)
    escalation = house.ask(Ask.LOCK)

    page = page_of(house, staff, escalation)

    assert UNCONFIRMED in page
    assert f"{until:%Y-%m-%d}" in page
    assert "Approve and send" in page
    house.approve(escalation)
    house.carry(escalation)
    assert len(letters_to_them(house)) == 1


def test_what_was_approved_in_time_does_not_leave_once_the_address_is_too_old(house, staff):
    as_before(house, datetime.now(UTC) + SOON)
    escalation = house.approved(ask=Ask.LOCK)

    house.carry(escalation, later=2 * SOON)

    assert letters_to_them(house) == []
    assert house.delivery(escalation).state is DeliveryState.DEAD_LETTER
    assert "could not be sent" in board_of(house, staff)
    assert "Then send it again" in page_of(house, staff, escalation)
    confirmed(house)
    with house.as_(house.writer) as work:
        operations.resend_request(work, house.mine(work, escalation))
    house.carry(escalation)
    assert len(letters_to_them(house)) == 1


def test_news_that_no_letter_could_tell_is_red_and_told_when_the_address_is_confirmed(house, staff):
    escalation = house.carried(ask=Ask.LOCK)
    assert "t tell about an update" not in board_of(house, staff)
    is_over(house)
    with house.as_(house.writer) as work:
        operations.withdraw_request(work, house.mine(work, escalation))
    run_due_jobs(house.context, "deliveries")
    assert len(letters_to_them(house)) == 1

    board = board_of(house, staff)
    assert "t tell about an update" in board
    assert escalation.ref in board
    assert "an update we haven’t told them about" in page_of(house, staff, escalation)

    confirmed(house)
    run_due_jobs(house.context, "deliveries")
    assert [escalation.ref in one.body for one in letters_to_them(house)].count(True) == 2
    assert "t tell about an update" not in board_of(house, staff)
    history = staff.get(f"/cases/{house.case.ref}/history").text
    assert "The partner could not be emailed" in history
    assert "The partner was told" in history


def test_news_that_the_server_does_not_take_is_red_until_a_letter_is_taken(house, staff):
    escalation = house.carried(ask=Ask.LOCK)
    house.context.mailer.trouble.append(TemporaryMailError())

    with pytest.raises(TemporaryMailError):
        news_of(house, escalation)
    assert "t tell about an update" in board_of(house, staff)

    news_of(house, escalation)
    assert "t tell about an update" not in board_of(house, staff)


def test_who_looks_at_the_desk_has_been_told(house, staff, partner_desk):
    escalation = house.carried(ask=Ask.LOCK)
    is_over(house)
    news_of(house, escalation)

    sign_in(partner_desk, house.theirs).get(f"/requests/{escalation.ref}")

    assert house.now(escalation).untold_since is None
    assert "t tell about an update" not in board_of(house, staff)


def test_one_of_ours_writes_down_that_they_know_and_once_only(house, staff):
    escalation = house.carried(ask=Ask.LOCK)
    is_over(house)
    news_of(house, escalation)
    page = page_of(house, staff, escalation, house.writer)
    token = token_in(page)
    to = f"/cases/{house.case.ref}/requests/{escalation.ref}/telling"
    seen = re.search(r'name="seen" value="([^"]+)">\s*<button[^>]*>They’ve been told', page)[1]

    assert staff.post(to, data={"csrf_token": token, "seen": seen}).status_code == 303

    assert "haven’t told them about" not in page_of(house, staff, escalation)
    with house.as_(house.writer) as work, pytest.raises(Conflict, match="already been told"):
        operations.record_partner_told_another_way(work, house.mine(work, escalation))
    with house.as_(house.theirs) as work, pytest.raises(NotAllowed):
        operations.record_partner_told_another_way(work, house.mine(work, escalation))
