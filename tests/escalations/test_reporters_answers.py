"""What reporters say, not in a message, is answered like one: "not fixed", "I never said so"."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from helpdesk.cases import operations as casework
from helpdesk.cases.disputed_conversations import (
    NOT_THEIR_WORD,
    newest_reporter_activity_ids,
    unanswered_dispute_message,
)
from helpdesk.cases.models import Case, Consent, ConversationChannel, News
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.past_disputes import why_dispute_bars_requests
from helpdesk.cases.states import CaseOutcome, CaseState, ConsentKind, WaitsOn
from helpdesk.core.errors import Conflict
from helpdesk.core.history import HistoryEntry
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.duty import case_closing
from helpdesk.duty.queries import load_board
from helpdesk.escalations import operations, queries
from helpdesk.escalations.models import Escalation, RecordedVerdict
from helpdesk.escalations.stale_page_marks import last_decision_mark
from helpdesk.escalations.states import EscalationState, PartnerAction, Reason, Verdict
from helpdesk.intake import operations as mailbox
from helpdesk.settings import Surface
from tests.conftest import app_of
from tests.factories import sign_in
from tests.intake.browser import token_in


def mine(work, house):
    return work.session.get(Case, house.case.id)


def write(house, seen=None, who=None):
    with house.as_(who or house.writer) as work:
        casework.send_message(work, mine(work, house), "They gave it back.", seen=seen)


def marks(house):
    with house.as_(house.writer) as work:
        return newest_reporter_activity_ids(work, mine(work, house))


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
        operations.record_partner_decision(
            work,
            house.mine(work, request),
            action=PartnerAction.ACCESS_RESTORED,
            reason=Reason.POLICY_BREACH,
        )
    return request


def say_not_fixed(house, request):
    with house.as_reporter() as work:
        found = work.session.get(Escalation, request.id)
        mailbox.record_own_verdict(work, found, verdict=Verdict.NOT_EFFECTIVE)


def not_fixed(house):
    request = decided(house)
    write(house)
    return lambda: say_not_fixed(house, request)


def verdict_denied(house):
    request = decided(house)
    with house.as_(house.writer) as work:
        operations.record_verdict(work, house.mine(work, request), verdict=Verdict.CONFIRMED)
    write(house)

    def deny():
        with house.as_reporter() as work:
            found = work.session.get(Escalation, request.id)
            mailbox.dispute_verdict(work, found, work.session.scalar(select(RecordedVerdict.id)))

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
            mailbox.dispute_consent(work, mine(work, house), work.session.get(Consent, told.id))

    return deny


ALL = pytest.mark.parametrize("prepare", [not_fixed, verdict_denied, consent_denied])
DENIALS = pytest.mark.parametrize("prepare", [verdict_denied, consent_denied])


@pytest.fixture
def browser(house, context):
    app = app_of(context, Surface.STAFF)
    return sign_in(app.test_client(), house.writer)


def fields_of(page, **typed):
    token = token_in(page.text)
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
    assert "The reporter says they didn’t tell us what we recorded." in unescape(page.text)
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
        mailbox.send_message_as_reporter(work, mine(work, house), body="Thank you.")
    with house.as_(house.writer) as work:
        case = mine(work, house)
        casework.mark_no_reply_needed(work, case, seen=newest_reporter_activity_ids(work, case))

    assert house.case_now().reply_due_at is None


@ALL
def test_a_closed_case_opens_again(house, prepare):
    say = prepare(house)
    with house.as_(house.writer) as work:
        casework.end_case_work(work, mine(work, house), outcome=CaseOutcome.UNRESOLVED)

    say()

    case = house.case_now()
    assert case.state is CaseState.OPEN
    assert case.reply_due_at is not None


@ALL
def test_no_report_is_not_said_of_who_told_us_this(house, prepare):
    prepare(house)()
    assert house.case_now().reply_due_at is not None

    with house.as_(house.writer) as work, pytest.raises(Conflict, match="reporter"):
        case_closing.close_case(work, mine(work, house), outcome=CaseOutcome.SPAM)


def test_a_denied_verdict_is_not_recorded_again_by_us(house, browser):
    verdict_denied(house)()
    request = house.now(the_request(house))
    page = browser.get(f"/cases/{house.case.ref}/requests/{request.ref}")

    with house.as_(house.writer) as work, pytest.raises(Conflict, match="Only they can say"):
        operations.record_verdict(work, house.mine(work, request), verdict=Verdict.CONFIRMED)

    assert "t record it for them again" in unescape(page.text)
    assert "/verdict" not in page.text
    with house.as_reporter() as work:
        found = work.session.get(Escalation, request.id)
        mailbox.record_own_verdict(work, found, verdict=Verdict.CONFIRMED)
    assert house.now(request).state is EscalationState.CLOSED


def test_their_own_verdict_settles_it_though_they_said_it_before_we_wrote(house):
    """They cannot say it twice, and in a queue with one person nobody else can write."""
    verdict_denied(house)()
    request = the_request(house)
    with house.as_reporter() as work:
        found = work.session.get(Escalation, request.id)
        mailbox.record_own_verdict(work, found, verdict=Verdict.CONFIRMED)
    with house.as_(house.writer) as work:
        assert why_dispute_bars_requests(work, mine(work, house))
        seen = newest_reporter_activity_ids(work, mine(work, house))
        casework.send_message(work, mine(work, house), "Thank you.", seen=seen)

    with house.as_(house.writer) as work:
        assert why_dispute_bars_requests(work, mine(work, house)) == ""


def noted_while_their_page_is_open(house, verdict):
    """What one of us notes, and the mark of the page that the reporter opened before that."""
    request = decided(house)
    write(house)
    with house.as_reporter() as work:
        seen = last_decision_mark(work, work.session.get(Escalation, request.id))
    with house.as_(house.writer) as work:
        operations.record_verdict(work, house.mine(work, request), verdict=verdict)
    return request, seen


def say_of_their_page(house, request, seen, verdict):
    with house.as_reporter() as work:
        found = work.session.get(Escalation, request.id)
        mailbox.record_own_verdict(work, found, verdict=verdict, seen=seen)


SAID_OTHERWISE = [
    (Verdict.CONFIRMED, Verdict.NOT_EFFECTIVE, EscalationState.IN_REVIEW),
    (Verdict.CONFIRMED, Verdict.PARTIAL, EscalationState.IN_REVIEW),
    (Verdict.CONFIRMED, Verdict.CANNOT_TELL, EscalationState.DECIDED),
    (Verdict.PARTIAL, Verdict.CONFIRMED, EscalationState.CLOSED),
]


@pytest.mark.parametrize(("noted", "said", "state"), SAID_OTHERWISE)
@pytest.mark.parametrize("closed", [False, True])
def test_their_own_word_counts_though_one_of_us_noted_another_meanwhile(
    house, noted, said, state, closed
):
    request, seen = noted_while_their_page_is_open(house, noted)
    if closed:
        with house.as_(house.writer) as work:
            casework.end_case_work(work, mine(work, house), outcome=CaseOutcome.UNRESOLVED)

    say_of_their_page(house, request, seen, said)

    assert house.now(request).state is state
    assert house.case_now().reply_due_at is not None
    assert not house.case_now().is_closed
    with house.as_(house.writer) as work:
        found = house.mine(work, request)
        assert [one.verdict for one in queries.disputed_verdicts_of(work, found)] == [noted]
        own = [] if said is Verdict.CANNOT_TELL else [(said, True)]
        counts = queries.verdicts_of(work, found)
        assert [(one.verdict, one.is_by_reporter) for one in counts] == own
        assert unanswered_dispute_message(work, mine(work, house)) == NOT_THEIR_WORD


def test_the_word_that_one_of_us_noted_is_said_by_themselves_too(house):
    request, seen = noted_while_their_page_is_open(house, Verdict.CONFIRMED)

    say_of_their_page(house, request, seen, Verdict.CONFIRMED)

    assert house.now(request).state is EscalationState.CLOSED
    assert house.case_now().reply_due_at is None
    with house.as_(house.writer) as work:
        assert not queries.disputed_verdicts_of(work, house.mine(work, request))
        said = select(HistoryEntry.actor_id).where(HistoryEntry.action == "escalation.verified")
        who = work.session.scalars(said.order_by(HistoryEntry.id)).all()
    assert who == [f"person:{house.writer.person.id}", f"reporter:{house.case.id}"]


def test_their_no_is_kept_though_the_same_is_asked_again(house):
    """The request cannot be open beside the one that follows it: what they say of it counts."""
    request, seen = noted_while_their_page_is_open(house, Verdict.CONFIRMED)
    again = house.ask()

    say_of_their_page(house, request, seen, Verdict.NOT_EFFECTIVE)

    assert house.now(request).state is EscalationState.CLOSED
    assert house.now(again).state is EscalationState.DRAFT
    assert house.case_now().reply_due_at is not None
    with house.as_(house.writer) as work:
        [counts] = queries.verdicts_of(work, house.mine(work, request))
    assert counts.verdict is Verdict.NOT_EFFECTIVE


def test_who_has_said_it_themselves_says_it_once(house):
    request = decided(house)
    say_not_fixed(house, request)

    with house.as_reporter() as work:
        found = work.session.get(Escalation, request.id)
        with pytest.raises(Conflict, match="no decision waiting"):
            mailbox.record_own_verdict(work, found, verdict=Verdict.CONFIRMED)


def the_request(house):
    with house.as_(house.writer) as work:
        return work.session.scalar(select(Escalation))


def record_agreement(house):
    with house.as_(house.writer) as work:
        return casework.record_consent(
            work, mine(work, house), kind=ConsentKind.PLATFORM, platform="platform"
        )


def confirm_agreement(house, told):
    with house.as_(house.second) as work:
        casework.confirm_consent(work, mine(work, house), work.session.get(Consent, told.id))


def consent_now(house, told):
    with house.as_(house.writer) as work:
        return work.session.get(Consent, told.id)


@pytest.fixture
def agreed_by_two(house):
    """An agreement that one of us recorded and a colleague has confirmed."""
    house.withdraw_consent()
    told = record_agreement(house)
    write(house)
    confirm_agreement(house, told)
    return told


def test_who_says_no_while_a_colleague_confirms_is_heard(house, agreed_by_two):
    with house.as_reporter() as work:
        consent = work.session.get(Consent, agreed_by_two.id)
        mailbox.dispute_consent(work, mine(work, house), consent)

    assert consent_now(house, agreed_by_two).withdrawn_at is not None
    assert house.case_now().reply_due_at is not None


def test_who_says_yes_while_a_colleague_confirms_has_said_so_themselves(house, agreed_by_two):
    with house.as_reporter() as work:
        consent = work.session.get(Consent, agreed_by_two.id)
        mailbox.confirm_consent(work, mine(work, house), consent)

    assert consent_now(house, agreed_by_two).is_by_reporter
    with house.as_reporter() as work:
        consent = work.session.get(Consent, agreed_by_two.id)
        with pytest.raises(Conflict, match="untick"):
            mailbox.dispute_consent(work, mine(work, house), consent)


def test_unticking_what_two_of_us_recorded_denies_it(house, agreed_by_two):
    with house.as_(house.writer) as work:
        casework.end_case_work(work, mine(work, house), outcome=CaseOutcome.UNRESOLVED)
    platform = (ConsentKind.PLATFORM, "platform")

    with house.as_reporter() as work:
        mailbox.set_consents(work, mine(work, house), agreements=set(), shown={platform})

    case = house.case_now()
    assert case.state is CaseState.OPEN
    assert case.reply_due_at is not None


def test_unticking_ones_own_word_is_owed_no_reply(house):
    write(house)
    platform = (ConsentKind.PLATFORM, "platform")

    with house.as_reporter() as work:
        mailbox.set_consents(work, mine(work, house), agreements=set(), shown={platform})

    assert house.case_now().reply_due_at is None


def test_a_denied_agreement_is_confirmed_by_its_reporter_alone(house):
    consent_denied(house)()
    told = record_agreement(house)

    with pytest.raises(Conflict, match="Only they can confirm it"):
        confirm_agreement(house, told)

    with house.as_reporter() as work:
        mailbox.confirm_consent(work, mine(work, house), work.session.get(Consent, told.id))
    assert consent_now(house, told).is_by_reporter


def heard(context, house):
    """Who has heard that the reporter denies something, once the worker has looked."""
    with house.as_(house.writer) as work:
        found = select(News.person_id).where(News.what == NewsKind.DENIED)
        return set(work.session.scalars(found))


@DENIALS
def test_who_recorded_it_is_not_the_only_one_who_hears(house, context, prepare):
    prepare(house)()

    run_due_jobs(context, "notices")

    assert heard(context, house) >= {house.writer.person.id, house.lead.person.id}


@DENIALS
def test_a_case_whose_reporter_denies_a_word_is_red_for_everyone_until_we_write(house, prepare):
    prepare(house)()

    for who in (house.second, house.lead):
        with house.as_(who) as work:
            assert [one.ref for one in load_board(work).disputed] == [house.case.ref]
    write(house, seen="nothing of it")
    with house.as_(house.second) as work:
        assert [one.ref for one in load_board(work).disputed] == [house.case.ref]
    write(house, seen=marks(house))
    with house.as_(house.second) as work:
        assert load_board(work).disputed == []
