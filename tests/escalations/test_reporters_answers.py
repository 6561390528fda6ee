"""What reporters say, not in a message, is answered like one: "not fixed", "I never said so"."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from helpdesk.app import create_app
from helpdesk.cases import operations as casework
from helpdesk.cases.disputed_conversations import reporter_activity_marks
from helpdesk.cases.models import Case, Consent, ConversationChannel
from helpdesk.cases.states import CaseOutcome, CaseState, ConsentKind, WaitsOn
from helpdesk.core.errors import Conflict
from helpdesk.escalations import operations
from helpdesk.escalations.models import Escalation, Verification
from helpdesk.escalations.states import Action, Reason, Verdict
from helpdesk.intake import operations as mailbox
from helpdesk.settings import Surface
from tests.factories import sign_in


def mine(work, house):
    return work.session.get(Case, house.case.id)


def write(house, seen=None, who=None):
    with house.as_(who or house.writer) as work:
        casework.send_message(work, mine(work, house), "They gave it back.", seen=seen)


def marks(house):
    with house.as_(house.writer) as work:
        return reporter_activity_marks(work, mine(work, house))


def speak(house, seen):
    with house.as_(house.writer) as work:
        casework.record_conversation(
            work,
            mine(work, house),
            way=ConversationChannel.SIGNAL,
            spoke_at=work.at,
            reached=True,
            summary="They are glad.",
            seen=seen,
        )


def decided(house):
    request = house.carried()
    with house.as_(house.theirs) as work:
        operations.decide(
            work,
            house.mine(work, request),
            action=Action.ACCESS_RESTORED,
            reason=Reason.POLICY_BREACH,
        )
    return request


def say_not_fixed(house, request):
    with house.as_reporter() as work:
        found = work.session.get(Escalation, request.id)
        mailbox.give_verdict(work, found, verdict=Verdict.NOT_EFFECTIVE)


def not_fixed(house):
    request = decided(house)
    write(house)
    return lambda: say_not_fixed(house, request)


def verdict_denied(house):
    request = decided(house)
    with house.as_(house.writer) as work:
        operations.verify(work, house.mine(work, request), verdict=Verdict.CONFIRMED)
    write(house)

    def deny():
        with house.as_reporter() as work:
            found = work.session.get(Escalation, request.id)
            mailbox.deny_verdict(work, found, work.session.scalar(select(Verification.id)))

    return deny


def consent_denied(house):
    house.withdraw_consent()
    with house.as_(house.writer) as work:
        told = casework.record_consent(
            work, mine(work, house), kind=ConsentKind.PLATFORM, platform="platform"
        )
    write(house)

    def deny():
        with house.as_reporter() as work:
            mailbox.deny_consent(work, mine(work, house), work.session.get(Consent, told.id))

    return deny


ALL = pytest.mark.parametrize("prepare", [not_fixed, verdict_denied, consent_denied])
DENIALS = pytest.mark.parametrize("prepare", [verdict_denied, consent_denied])


@pytest.fixture
def browser(house, context):
    app = create_app(context, Surface.STAFF)
    app.testing = True
    return sign_in(app.test_client(), house.writer)


def fields_of(page, **typed):
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]
    return {
        "csrf_token": token,
        "seen": re.search(r'name="seen" value="([^"]*)"', page.text)[1],
        **typed,
    }


@ALL
def test_a_message_of_before_answers_it_not(house, prepare):
    say = prepare(house)
    seen = marks(house)
    say()
    due = house.case_now().reply_due_at
    assert due is not None

    write(house, seen=seen)

    assert house.case_now().reply_due_at == due


@ALL
def test_the_page_that_shows_it_answers_it(house, browser, prepare):
    say = prepare(house)
    page = f"/cases/{house.case.ref}"
    old = browser.get(page)
    say()

    sent = fields_of(old, message_text="Good that it is fixed.")
    browser.post(f"{page}/messages", data=sent)
    assert house.case_now().reply_due_at is not None

    sent = fields_of(browser.get(page), message_text="We look at it again.")
    browser.post(f"{page}/messages", data=sent)
    assert house.case_now().reply_due_at is None


@ALL
def test_who_would_wait_for_the_reporter_beside_it_writes_and_waits_not(house, browser, prepare):
    say = prepare(house)
    old = browser.get(f"/cases/{house.case.ref}")
    say()

    sent = fields_of(old, message_text="Is it fixed?", then_wait="y")
    answer = browser.post(f"/cases/{house.case.ref}/messages", data=sent)

    assert answer.status_code == 303
    assert house.case_now().state is CaseState.OPEN


@ALL
def test_a_conversation_of_before_answers_it_not(house, prepare):
    say = prepare(house)
    seen = marks(house)
    say()

    speak(house, seen)

    assert house.case_now().reply_due_at is not None


@ALL
def test_no_answer_said_before_counts_for_it(house, prepare):
    say = prepare(house)
    seen = marks(house)
    say()

    with house.as_(house.writer) as work, pytest.raises(Conflict):
        casework.mark_no_reply_needed(work, mine(work, house), seen=seen)


@ALL
def test_the_case_does_not_wait_for_the_reporter_over_it(house, prepare):
    prepare(house)()

    with house.as_(house.writer) as work, pytest.raises(Conflict, match="nothing to answer yet"):
        casework.pause_case(work, mine(work, house), waits_on=WaitsOn.REPORTER)


@DENIALS
def test_a_denied_word_is_not_waved_away(house, browser, prepare):
    prepare(house)()
    page = browser.get(f"/cases/{house.case.ref}")

    assert "It needs no answer" not in page.text
    assert "The reporter says they didn't tell us what we recorded." in unescape(page.text)
    answer = browser.post(f"/cases/{house.case.ref}/messages/reading", data=fields_of(page))
    assert answer.status_code == 409
    assert house.case_now().reply_due_at is not None


@DENIALS
def test_a_conversation_answers_no_denied_word(house, prepare):
    prepare(house)()

    speak(house, marks(house))

    assert house.case_now().reply_due_at is not None


@DENIALS
def test_only_a_message_that_has_seen_it_settles_a_denied_word(house, prepare):
    say = prepare(house)
    seen = marks(house)
    say()
    write(house, seen=seen)
    with house.as_(house.writer) as work, pytest.raises(Conflict, match="Write to them"):
        casework.mark_no_reply_needed(work, mine(work, house), seen=marks(house))

    write(house, seen=marks(house))
    with house.as_reporter() as work:
        mailbox.write_message(work, mine(work, house), body="Thank you.")
    with house.as_(house.writer) as work:
        case = mine(work, house)
        casework.mark_no_reply_needed(work, case, seen=reporter_activity_marks(work, case))

    assert house.case_now().reply_due_at is None


@ALL
def test_a_closed_case_opens_again(house, prepare):
    say = prepare(house)
    with house.as_(house.writer) as work:
        casework.close(work, mine(work, house), outcome=CaseOutcome.UNRESOLVED)

    say()

    case = house.case_now()
    assert case.state is CaseState.OPEN
    assert case.reply_due_at is not None
