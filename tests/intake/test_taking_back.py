"""Taking an agreement back while a request is somewhere: what is said first, what is so then."""

import pytest
from sqlalchemy import select

from helpdesk.cases import operations as casework
from helpdesk.cases.models import Case
from helpdesk.core.errors import Conflict
from helpdesk.escalations import jobs, operations, queries
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.states import (
    DeliveryState,
    EscalationState,
    PartnerAction,
    Reason,
    Verdict,
)
from tests.intake.test_requests import Story

SURE = "Stop what was sent?"
STOPPED = "to stop, but they may already have read it."
UNSENT = "We wrote this but didn’t send it. Nobody outside the helpdesk saw it."


@pytest.fixture
def story(house, browser):
    return Story(house, browser)


def acknowledged(story):
    with story.house.inside(story.theirs) as work:
        operations.acknowledge_request(work, queries.visible_request_by_ref(work, story.ref))


def asked(story):
    with story.house.inside(story.theirs) as work:
        found = queries.visible_request_by_ref(work, story.ref)
        operations.ask_for_information(work, found, question="Since when?")


def disputed(story):
    story.decide().say(Verdict.NOT_EFFECTIVE)


def decide_once_more(story):
    with story.house.inside(story.theirs) as work:
        found = queries.visible_request_by_ref(work, story.ref)
        operations.record_partner_decision(
            work, found, action=PartnerAction.NONE, reason=Reason.OUT_OF_SCOPE
        )


def opened(story):
    story.browser.open("/mailbox/case")
    return story.browser.text


def take_back(story, *, sure=True):
    opened(story)
    story.browser.send("/mailbox/case/consents", answers={"agreed": ["help"]})
    if sure and SURE in story.browser.text:
        story.browser.send("/mailbox/case/consents", button=("is_sure", "yes"))
    return story.browser.text


def work_off(story):
    with story.house.backstage() as context:
        jobs.cancel_requests_without_consent(context, case_id=story.case.id)


@pytest.mark.parametrize("before", [lambda _story: None, acknowledged, asked, disputed])
def test_what_has_left_is_asked_about_once_more_and_nothing_is_changed_before(story, before):
    before(story.approve().carry())
    assert "If you untick this, we’ll tell them to stop." in opened(story)

    page = take_back(story, sure=False)

    assert SURE in page
    assert "What they have already read or done" in page
    work_off(story)
    assert story.state() is not EscalationState.WITHDRAWN
    assert STOPPED not in opened(story)


@pytest.mark.parametrize("before", [lambda _story: None, acknowledged, asked, disputed])
def test_after_a_yes_the_page_is_true_at_once_and_stays_so(story, before):
    before(story.approve().carry())

    page = take_back(story)

    assert STOPPED in page
    assert "asked a platform to act and are waiting" not in page
    work_off(story)
    assert story.state() is EscalationState.WITHDRAWN
    assert STOPPED in opened(story)


def test_the_way_of_a_disputed_request_stays_whole(story):
    disputed(story.approve().carry())

    take_back(story)
    work_off(story)

    page = opened(story)
    whole = [
        "We’ve written the request.",
        "It was sent to <bdi>Trust team of google</bdi>.",
        "has confirmed that they’ve received it.",
        "They gave the account back.",
        "Nothing has changed.",
        "We’ve asked them to look at it again.",
        STOPPED,
    ]
    places = [page.index(line) for line in whole]
    assert places == sorted(places)


def test_everything_else_that_was_changed_is_saved_with_the_yes(house, story):
    story.approve().carry()
    opened(story)

    story.browser.send("/mailbox/case/consents", answers={"agreed": ["keep"]})
    story.browser.send("/mailbox/case/consents", button=("is_sure", "yes"))

    assert 'value="keep" checked' in story.browser.text
    assert 'value="help" checked' not in story.browser.text


def test_what_has_not_left_needs_no_second_question(story):
    assert "haven’t sent it. We won’t send it unless you tick this." in opened(story)

    page = take_back(story, sure=False)

    assert SURE not in page
    assert "be sent without your permission" in page
    work_off(story)
    assert story.state() is EscalationState.DRAFT


def test_what_was_approved_and_not_sent_is_not_said_to_have_arrived(story):
    story.approve()

    page = take_back(story, sure=False)

    assert SURE not in page
    assert "It was sent to" not in page
    assert "If it had already been sent" in page


def test_an_answer_stays_and_can_still_be_judged_but_they_are_not_asked_again(story):
    story.approve().carry().decide()
    assert "their answer stays here, and we won’t ask them again." in opened(story)

    page = take_back(story, sure=False)
    work_off(story)

    assert SURE not in page
    assert "They gave the account back." in opened(story)
    assert "ask them again unless you allow it again" in story.look()
    story.say(Verdict.NOT_EFFECTIVE)
    assert story.state() is EscalationState.CLOSED
    assert "Nothing has changed." in story.browser.text
    assert "We’ve asked them to look at it again." not in story.browser.text


def test_every_answer_stays_after_a_later_one(story):
    story.approve().carry().decide()
    story.say(Verdict.PARTIAL)
    decide_once_more(story)

    page = opened(story)

    assert page.count("They’ve answered.") == 2
    assert "It’s only partly fixed." in page
    assert "Is it really fixed?" in page


def test_a_draft_that_we_threw_away_never_left(house, story):
    with house.inside() as work:
        operations.withdraw_request(work, queries.visible_request_by_ref(work, story.ref))

    page = opened(story)

    assert UNSENT in page
    assert "Exactly what they get" not in page
    assert "Exactly what they get" not in story.look()
    assert "What we wrote but didn’t send" in story.look()


def test_taking_the_case_back_leaves_the_way_of_its_requests_to_be_seen(house, story):
    story.approve().carry()
    story.browser.open("/mailbox/case/withdrawal")

    story.browser.send("/mailbox/case/withdrawal")

    assert STOPPED in story.browser.text


def test_with_a_consent_that_a_responder_wrote_back_it_is_the_same(house, story):
    story.approve().carry()
    with house.inside() as work:
        consent = queries.consent_for_request(work, queries.visible_request_by_ref(work, story.ref))
        casework.withdraw_consent(work, work.session.get(Case, story.case.id), consent)

    assert STOPPED in opened(story)


def test_nothing_is_asked_of_them_once_it_is_taken_back(house, story):
    disputed(story.approve().carry())
    asked(story)
    take_back(story)

    with pytest.raises(Conflict), house.inside() as work:
        operations.answer_question(
            work, queries.visible_request_by_ref(work, story.ref), words="Monday."
        )


@pytest.mark.parametrize("state", [DeliveryState.DEFERRED, DeliveryState.DEAD_LETTER])
def test_of_what_no_server_took_nobody_says_that_it_is_on_its_way(house, story, state):
    """It is tried again, or a person has to look at it: as far as we know it has not arrived."""
    story.approve()
    with house.backstage() as context, context.begin() as work:
        found = work.session.scalar(select(Escalation).where(Escalation.ref == story.ref))
        found.state = EscalationState.DISPATCHING
        queries.delivery_of_request(work, found).state = state
        work.record("test.not_taken", found)
    said = "As far as we know, our request hasn’t reached"

    assert said in opened(story)
    page = take_back(story, sure=False)

    assert SURE in page
    assert said in page
    assert "on its way" not in page
