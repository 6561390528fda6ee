"""What one of us wrote down that a reporter said: it reads as such, and can be objected to."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from helpdesk.cases import operations as casework
from helpdesk.cases.models import Case, Consent
from helpdesk.cases.states import CaseOutcome, CaseState, ConsentKind
from helpdesk.core.actors import reporter
from helpdesk.core.errors import Conflict
from helpdesk.core.history import HistoryEntry
from helpdesk.core.outbox import OutboxJob
from helpdesk.escalations import operations, queries
from helpdesk.escalations.models import RecordedVerdict
from helpdesk.escalations.partner_inbox import last_partner_moves
from helpdesk.escalations.states import EscalationState, PartnerAction, Reason, Verdict
from tests.intake.test_requests import Story

NOTED = "We noted on"
NEVER = "I didn’t say this"


@pytest.fixture
def story(house, browser):
    """A request that was decided on."""
    return Story(house, browser).approve().carry().decide()


def note(house, story, verdict):
    """A responder writes down what they say the reporter told them."""
    with house.inside() as work:
        operations.record_verdict(
            work, queries.visible_request_by_ref(work, story.ref), verdict=verdict
        )


def noted(house):
    with house.inside() as work:
        return work.session.scalars(select(RecordedVerdict).order_by(RecordedVerdict.id)).all()


def deny(story):
    story.browser.open("/mailbox/case")
    [form] = [one for one in actions(story.browser) if one.endswith("/objection")]
    return story.browser.send(form)


def actions(browser):
    return [part.split('"', 1)[0] for part in browser.text.split('action="')[1:]]


@pytest.mark.parametrize("page", ["/mailbox/case", None])
def test_what_one_of_us_wrote_down_is_not_said_to_be_the_reporters_word(house, story, page):
    note(house, story, Verdict.CONFIRMED)

    shown = unescape(story.browser.open(page).text) if page else story.look()

    assert "You told us:" not in shown
    assert f"{NOTED} " in shown
    assert "that you told us: It’s fixed." in shown
    assert NEVER in shown


def test_who_asked_for_emails_is_told_that_one_of_us_wrote_their_word_down(house, story):
    def told():
        with house.inside() as work:
            jobs = select(OutboxJob.id).where(OutboxJob.job == "intake.send_reminder")
            return len(work.session.scalars(jobs).all())

    before = told()
    note(house, story, Verdict.CONFIRMED)

    assert told() == before + 1


def test_what_the_reporter_said_is_theirs_and_has_no_button(story):
    story.say(Verdict.CONFIRMED)

    assert "You told us: It’s fixed." in story.browser.text
    assert NOTED not in story.browser.text
    assert NEVER not in story.browser.text


@pytest.mark.parametrize("verdict", [Verdict.CONFIRMED, Verdict.PARTIAL, Verdict.NOT_EFFECTIVE])
def test_who_never_said_so_is_asked_themselves_and_is_owed_a_word(house, story, verdict):
    note(house, story, verdict)
    with house.inside() as work:
        casework.send_message(work, work.session.get(Case, story.case.id), "Good.")

    deny(story)

    assert story.browser.status == 200
    assert "You said you didn’t tell us this." in story.browser.text
    assert NEVER not in story.browser.text
    assert story.state() is EscalationState.DECIDED
    assert "Is it really fixed?" in story.browser.text
    with house.inside() as work:
        assert work.session.get(Case, story.case.id).reply_due_at is not None
        told = select(OutboxJob.job).where(OutboxJob.arguments["case_id"].astext == story.case.id)
        assert "triage.tell_owner" in set(work.session.scalars(told))


def test_their_own_word_counts_after_that(house, story):
    note(house, story, Verdict.CONFIRMED)
    deny(story)

    story.say(Verdict.NOT_EFFECTIVE)

    assert story.state() is EscalationState.IN_REVIEW
    assert "You told us: Nothing has changed." in story.browser.text
    assert "We’ve asked them to look at it again." in story.browser.text


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (Verdict.NOT_EFFECTIVE, EscalationState.IN_REVIEW),
        (Verdict.CANNOT_TELL, EscalationState.DECIDED),
        (Verdict.CONFIRMED, EscalationState.CLOSED),
    ],
)
def test_their_own_word_counts_from_a_page_of_before_we_noted_it(house, story, said, state):
    story.look()
    note(house, story, Verdict.CONFIRMED)

    answered = story.browser.send(
        f"/mailbox/case/requests/{story.ref}/verification", answers={"verdict": said}
    )

    assert answered.status_code == 200
    assert story.state() is state
    is_disputed = said is not Verdict.CONFIRMED
    assert any(one.objected_at for one in noted(house)) is is_disputed
    with house.inside() as work:
        case = work.session.get(Case, story.case.id, populate_existing=True)
        assert (case.reply_due_at is not None) is is_disputed


def test_a_case_that_was_closed_on_it_opens_again(house, story):
    note(house, story, Verdict.CONFIRMED)
    with house.inside() as work:
        casework.end_case_work(
            work, work.session.get(Case, story.case.id), outcome=CaseOutcome.RESOLVED
        )

    deny(story)

    with house.inside() as work:
        case = work.session.get(Case, story.case.id, populate_existing=True)
        assert case.state is CaseState.OPEN
        assert case.reply_due_at is not None


def test_what_the_partner_decided_since_stays(house, story):
    note(house, story, Verdict.NOT_EFFECTIVE)
    with house.inside(story.theirs) as work:
        found = queries.visible_request_by_ref(work, story.ref)
        operations.record_partner_decision(
            work, found, action=PartnerAction.ACCESS_LOCKED, reason=Reason.POLICY_BREACH
        )
    story.say(Verdict.CONFIRMED)

    deny(story)

    assert story.state() is EscalationState.CLOSED
    assert len([one for one in noted(house) if one.objected_at is not None]) == 1


def test_to_object_twice_changes_nothing_more(house, story):
    note(house, story, Verdict.CONFIRMED)
    story.browser.open("/mailbox/case")
    [address] = [one for one in actions(story.browser) if one.endswith("/objection")]
    fields = story.browser.form(address).fields
    story.browser.send(address)

    story.browser.post(address, fields)

    with house.inside() as work:
        denied = select(HistoryEntry).where(HistoryEntry.action == "escalation.verdict_denied")
        [entry] = work.session.scalars(denied)
        assert entry.actor_id == f"reporter:{story.case.id}"


def test_the_partner_no_longer_reads_it_as_the_persons_last_word(house, story):
    note(house, story, Verdict.CONFIRMED)
    with house.inside(story.theirs) as work:
        assert last_partner_moves(work, [queries.visible_request_by_ref(work, story.ref)]).fixed

    deny(story)

    with house.inside(story.theirs) as work:
        found = queries.visible_request_by_ref(work, story.ref)
        moves = last_partner_moves(work, [found])
        assert not moves.fixed
        assert not moves.asked_again
        assert not queries.verdicts_of(work, found)


def test_an_agreement_that_two_of_us_wrote_down_says_so(house, browser):
    story = Story(house, browser)
    with house.inside() as work:
        case = work.session.get(Case, story.case.id)
        told = casework.record_consent(work, case, kind=ConsentKind.HELPER)
    with house.inside(story.second) as work:
        case = work.session.get(Case, story.case.id)
        casework.confirm_consent(work, case, work.session.get(Consent, told.id))

    story.browser.open("/mailbox/case")

    assert "We noted on" in story.browser.text
    assert "If you didn’t, untick it." in story.browser.text


# --- what the role of the public pages may do

FORBIDDEN = {
    "another verdict": "UPDATE verifications SET verdict = 'partial'",
    "their own word": "UPDATE verifications SET by = 'reporter:x'",
    "gone": "DELETE FROM verifications",
    "long ago": "UPDATE verifications SET objected_at = now() - interval '1 day'",
    "in our name": "INSERT INTO verifications (id, escalation_id, case_id, decision_id, verdict, "
    "at, by) SELECT 'forged', escalation_id, case_id, decision_id, 'confirmed', at, 'person:x' "
    "FROM verifications",
    "open without objecting": "UPDATE escalations SET state = 'decided'",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_public_pages_role_can_only_object(house, story, what):
    note(house, story, Verdict.CONFIRMED)
    strictly = "SELECT moment BETWEEN now() - interval '2 hours' AND now() + interval '2 hours'"
    house._become("postgres")
    house.staff.sessions.kw["bind"].execute(
        text(
            "CREATE OR REPLACE FUNCTION is_this_hour(moment timestamptz) RETURNS boolean "
            f"LANGUAGE sql STABLE AS $${strictly}$$"
        )
    )
    house._become("helpdesk_intake")

    with (
        house.at_the_door(reporter(story.case.id), own=story.code.secret()) as work,
        pytest.raises((ProgrammingError, DBAPIError), match=r"denied|policy|only judges"),
        work.session.begin_nested(),
    ):
        work.session.execute(text(FORBIDDEN[what]))


def test_the_public_pages_role_does_not_object_to_the_reporters_own_word(house, story):
    story.say(Verdict.CONFIRMED)

    with house.at_the_door(reporter(story.case.id), own=story.code.secret()) as work:
        mine = text("UPDATE verifications SET objected_at = date_trunc('hour', now())")
        assert work.session.execute(mine).rowcount == 0


# what they are said to have taken back

TAKEN_BACK = "Someone on our team noted that you told them you no longer allow this"


def take_back_for_them(house):
    with house.inside() as work:
        consent = work.session.scalars(
            select(Consent).where(
                Consent.kind == ConsentKind.PLATFORM, Consent.withdrawn_at.is_(None)
            )
        ).one()
        case = work.session.get(Case, consent.case_id)
        casework.withdraw_consent(work, case, consent)


def test_a_withdrawal_that_one_of_us_wrote_down_reads_as_such(house, story):
    assert TAKEN_BACK not in unescape(story.browser.open("/mailbox/case").text)

    take_back_for_them(house)

    page = unescape(story.browser.open("/mailbox/case").text)
    assert TAKEN_BACK in page
    assert "You may ask" in page.split(TAKEN_BACK)[1].split("</section>")[0]


def test_what_they_took_back_themselves_is_no_note_of_ours(story):
    story.browser.open("/mailbox/case")
    story.browser.send("/mailbox/case/consents", without=["agreed"])
    story.browser.send("/mailbox/case/consents", button=("is_sure", "yes")) if (
        "is_sure" in story.browser.text
    ) else None

    assert TAKEN_BACK not in unescape(story.browser.open("/mailbox/case").text)


def test_a_note_that_they_took_it_back_is_over_once_they_agree_again(house, story):
    take_back_for_them(house)
    story.browser.open("/mailbox/case")
    form = story.browser.form("/mailbox/case/consents")
    platform = next(
        part.split('"', 1)[0]
        for part in story.browser.text.split('value="')
        if part.startswith("platform:")
    )
    held = [value for name, value in form.fields if name == "agreed"]
    story.browser.send("/mailbox/case/consents", answers={"agreed": [*held, platform]})

    assert TAKEN_BACK not in unescape(story.browser.open("/mailbox/case").text)


@pytest.mark.parametrize("given", [timedelta(days=-1), timedelta(minutes=15)])
def test_a_note_of_ours_is_over_once_they_took_it_back_themselves_within_the_hour(
    house, story, given
):
    """What they do is kept to the hour, and what we note to the minute."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    with house.inside(at=hour + timedelta(minutes=20)) as work:
        consent = work.session.scalars(
            select(Consent).where(Consent.kind == ConsentKind.PLATFORM)
        ).one()
        consent.given_at = hour + given
        casework.withdraw_consent(work, work.session.get(Case, consent.case_id), consent)
        again = Consent(
            case_id=consent.case_id,
            kind=consent.kind,
            platform=consent.platform,
            given_at=hour,
            given_by=f"reporter:{consent.case_id}",
            withdrawn_at=hour,
        )
        work.session.add(again)

    assert TAKEN_BACK not in unescape(story.browser.open("/mailbox/case").text)


def close(house, story):
    with house.inside() as work:
        casework.end_case_work(
            work, work.session.get(Case, story.case.id), outcome=CaseOutcome.WITHDRAWN
        )


def test_of_a_closed_case_nothing_is_written_down_for_them(house, story):
    close(house, story)

    with pytest.raises(Conflict, match="Reopen it"):
        note(house, story, Verdict.NOT_EFFECTIVE)
    assert not noted(house)


def test_their_own_word_opens_a_closed_case_also_where_it_is_what_we_had_noted(house, story):
    story.look()
    note(house, story, Verdict.NOT_EFFECTIVE)
    close(house, story)

    story.browser.send(
        f"/mailbox/case/requests/{story.ref}/verification",
        answers={"verdict": Verdict.NOT_EFFECTIVE},
    )

    with house.inside() as work:
        case = work.session.get(Case, story.case.id, populate_existing=True)
        assert case.state is CaseState.OPEN
        assert case.reply_due_at is not None
