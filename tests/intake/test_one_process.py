"""One process that serves public and staff's pages has the role of the staff's (running.md)."""

import pytest

from helpdesk.cases import operations as cases
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, ConversationChannel, LoggedConversation
from helpdesk.cases.states import CaseState
from helpdesk.core.codes import ReturnCode
from tests.factories import a_case, a_person, a_team, work_as
from tests.intake.browser import Browser


@pytest.fixture
def person(context):
    with context.begin() as work:
        return a_person(work, teams=[a_team(work, takes_reports=True)])


@pytest.fixture
def code():
    return ReturnCode.new()


@pytest.fixture
def case(context, person, code):
    with context.begin() as work:
        team = person.person.memberships[0].team
        return a_case(
            work, team, code=code, level=Level.ROUTINE, state=CaseState.OPEN, owner=person
        )


@pytest.fixture
def mailbox(public, case, code):
    browser = Browser(public)
    browser.open("/mailbox")
    browser.send("/mailbox", answers={"code": " ".join(code.words)})
    return browser


def test_a_report_is_begun_there_on_the_first_page_and_goes_on(public, person):
    browser = Browser(public)
    browser.open("/")

    browser.send("/report", answers={"story": "Someone took over our account."})

    assert browser.status == 200
    assert "Someone took over our account." in browser.text


def test_danger_that_is_told_there_is_heard(context, mailbox, case):
    mailbox.open("/mailbox/case/danger")
    mailbox.send("/mailbox/case/danger")

    with context.begin() as work:
        assert work.session.get(Case, case.id).level is Level.IMMEDIATE


def test_a_call_that_was_not_with_them_is_disputed_there(context, person, mailbox, case):
    with work_as(context, person) as work:
        call = cases.record_conversation(
            work,
            work.session.get(Case, case.id),
            way=ConversationChannel.TELEPHONE,
            spoke_at=work.at,
            reached=True,
            summary="They said that they are safe.",
        ).id

    mailbox.open("/mailbox/case")
    mailbox.send(f"/mailbox/case/conversations/{call}/objection")

    with context.begin() as work:
        assert work.session.get(LoggedConversation, call).objected_at is not None
