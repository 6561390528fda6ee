"""Requests to platforms in the mailbox: what would go, how far it is, and whether it helped."""

from datetime import date
from html import unescape

import pytest
from sqlalchemy import select

from helpdesk.cases.clocks import stop_reply_clock
from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseState
from helpdesk.core.actors import Role
from helpdesk.core.codes import ReturnCode
from helpdesk.core.outbox import OutboxJob
from helpdesk.core.sealing import Secret
from helpdesk.escalations import jobs, operations, queries
from helpdesk.escalations.models import Escalation, RecordedVerdict
from helpdesk.escalations.states import Ask, EscalationState, PartnerAction, Reason, Verdict
from helpdesk.intake.queries import partner_platforms
from helpdesk.partners import operations as partners
from helpdesk.partners.models import Partner
from helpdesk.partners.packet_fields import FIELDS
from tests.escalations.conftest import TYPED, a_partner, a_ready_case
from tests.factories import a_case, a_person
from tests.intake.test_mailbox import enter


class Story:
    """One case and one request, moved on by the people on the other side."""

    def __init__(self, house, browser):
        self.house, self.browser = house, browser
        self.code = ReturnCode.new()
        with house.backstage() as context, context.begin() as work:
            team = house.team
            self.second = a_person(work, teams=[team])
            self.lead = a_person(work, Role.COORDINATOR, [team])
            self.partner = a_partner(work, self.lead, platform="google")
            self.theirs = a_person(work, Role.PARTNER, [self.partner.team])
            self.case = a_ready_case(work, team, "google", self.code, owner=house.responder)
        with house.inside() as work:
            self.ref = operations.write_draft(
                work,
                work.session.get(Case, self.case.id),
                work.session.merge(self.partner),
                ask=Ask.RESTORE,
                typed=TYPED,
            ).ref
        enter(browser, self.code.letters)

    def approve(self):
        with self.house.inside(self.second) as work:
            found = queries.visible_request_by_ref(work, self.ref)
            operations.approve_request(work, found, seen_hash=found.packet_hash)
        return self

    def carry(self):
        with self.house.inside() as work:
            delivery = queries.delivery_of_request(
                work, queries.visible_request_by_ref(work, self.ref)
            )
        with self.house.backstage() as context:
            jobs.email_partner_request(context, delivery_id=delivery.id)
        return self

    def decide(self, action=PartnerAction.ACCESS_RESTORED, reason=Reason.POLICY_BREACH):
        with self.house.inside(self.theirs) as work:
            found = queries.visible_request_by_ref(work, self.ref)
            operations.acknowledge_request(work, found)
            operations.record_partner_decision(work, found, action=action, reason=reason, note="")
        return self

    def look(self):
        self.browser.open(f"/mailbox/case/requests/{self.ref}")
        return unescape(self.browser.text)

    def state(self):
        with self.house.inside() as work:
            found = select(Escalation).where(Escalation.ref == self.ref)
            return work.session.scalar(found.execution_options(populate_existing=True)).state

    def say(self, verdict):
        self.look()
        address = f"/mailbox/case/requests/{self.ref}/verification"
        return self.browser.send(address, answers={"verdict": verdict} if verdict else {})


@pytest.fixture
def story(house, browser):
    return Story(house, browser)


def test_before_it_is_sent_they_see_exactly_what_would_go(story):
    page = story.look()

    assert "Nothing has been sent yet." in page
    for words in TYPED.values():
        assert words in page
    assert "marker-story" not in page
    assert "What happened with their own form" in page  # the platform reads "Your public form"
    assert "Your public form" not in page


def test_the_case_page_says_how_far_it_is(story):
    story.approve()
    story.browser.open("/mailbox/case")
    assert "It has been checked. We’ll say here when it has reached" in story.browser.text

    story.carry()
    story.browser.open("/mailbox/case")
    assert "It was sent to <bdi>Trust team of google</bdi>." in story.browser.text
    assert "asked a platform to act and are waiting for its answer." in story.browser.text

    story.decide()
    story.browser.open("/mailbox/case")
    assert "They gave the account back." in story.browser.text
    assert "Is it really fixed?" in story.browser.text


def test_fixed_ends_the_request(story):
    story.approve().carry().decide()

    story.say(Verdict.CONFIRMED)

    assert story.browser.status == 200
    assert "It’s fixed." in story.browser.text
    assert story.state() is EscalationState.CLOSED


def test_not_fixed_sends_it_back_to_them(story):
    story.approve().carry().decide()

    story.say(Verdict.NOT_EFFECTIVE)

    assert story.state() is EscalationState.IN_REVIEW
    assert "We’ve asked them to look at it again." in story.browser.text


ANOTHER = "https://platform.test/another-account"


def your_turn(story):
    """What the box at the top says of each answer, one line for each."""
    story.browser.open("/mailbox/case")
    return [one.split("</p>")[0] for one in story.browser.text.split("Your turn: ")[1:]]


def test_whose_turn_it_is_reads_what_was_asked_and_of_two_that_are_alike_which(house, story):
    story.approve().carry().decide()
    [alone] = your_turn(story)
    assert "To give the account back to its owner" in alone
    assert TYPED["target_url"] not in alone

    with house.inside() as work:
        case = work.session.get(Case, story.case.id)
        case.other_types = ("account-suspended",)
        operations.write_draft(
            work,
            case,
            work.session.merge(story.partner),
            ask=Ask.RESTORE,
            typed={**TYPED, "target_url": ANOTHER},
            playbook="account-suspended",
        )

    [now] = your_turn(story)
    assert TYPED["target_url"] in now
    assert ANOTHER not in now
    assert ANOTHER in story.browser.text.split('id="requests"')[1]


def test_two_requests_about_one_account_are_told_apart_by_their_names(house, story):
    story.approve().carry().decide()
    with house.inside() as work:
        case = work.session.get(Case, story.case.id)
        case.other_types = ("account-suspended",)
        partner = work.session.merge(story.partner)
        operations.write_draft(
            work, case, partner, ask=Ask.RESTORE, typed=TYPED, playbook="account-suspended"
        )
        refs = work.session.scalars(select(Escalation.ref)).all()

    [now] = your_turn(story)
    assert "To give the account back to its owner" in " ".join(now.split())
    assert sum(f" · {ref}" in now for ref in refs) == 1
    assert all(f" · {ref}" in story.browser.text.split('id="requests"')[1] for ref in refs)


@pytest.mark.parametrize("broken", ["sealed to another", "of another version"])
def test_a_packet_that_cannot_be_read_shuts_nobody_out_of_the_mailbox(house, story, broken):
    story.approve()
    with house.inside() as work:
        case = work.session.get(Case, story.case.id)
        case.other_types = ("account-suspended",)
        other = operations.write_draft(
            work,
            case,
            work.session.merge(story.partner),
            ask=Ask.RESTORE,
            typed={**TYPED, "target_url": ANOTHER},
            playbook="account-suspended",
        )
        place = other.envelope_place_of("packet_for_reporter")
        key = case.reporter_public if broken == "of another version" else Secret.new().public
        other.packet_for_reporter = key.seal_text('{"schema": "helpdesk-packet/2"}', place)

    story.browser.open("/mailbox/case")
    assert "Someone is in danger now" in story.browser.text
    assert ANOTHER not in story.browser.text


UNAVAILABLE = {
    "in doubt": {"vetted_on": None, "vetted_by": None},
    "retired": {"retired_on": date(2026, 11, 1)},
    "asked for something else": {"asks": [Ask.PRESERVE]},
}


@pytest.mark.parametrize(
    ("why", "offered"), [("in doubt", []), ("retired", []), (None, ["google"])]
)
def test_nobody_is_asked_to_agree_to_a_platform_that_cannot_be_asked(house, story, why, offered):
    with house.inside() as work:
        for name, value in UNAVAILABLE.get(why, {}).items():
            setattr(work.session.get(Partner, story.partner.id), name, value)
        work.record("partner.changed_by_test", story.case)

    with house.at_the_door() as work:
        assert partner_platforms(work) == offered


@pytest.mark.parametrize("why", UNAVAILABLE)
def test_not_fixed_goes_back_to_no_partner_that_may_not_be_asked(house, story, why):
    story.approve().carry().decide()
    with house.inside() as work:
        for name, value in UNAVAILABLE[why].items():
            setattr(work.session.get(Partner, story.partner.id), name, value)
        work.record("partner.changed_by_test", story.case)

    story.say(Verdict.NOT_EFFECTIVE)

    assert story.state() is EscalationState.CLOSED
    assert "asked them to look at it again" not in story.browser.text
    with house.inside() as work:
        case = work.session.get(Case, story.case.id)
        assert (case.state, case.reply_due_at is not None) == (CaseState.OPEN, True)
        told = select(OutboxJob.arguments).where(OutboxJob.job == "escalations.tell_partner")
        assert work.session.scalars(told).all() == []


@pytest.mark.parametrize(
    ("verdict", "is_owed"),
    [
        (Verdict.CONFIRMED, False),
        (Verdict.CANNOT_TELL, False),
        (Verdict.PARTIAL, True),
        (Verdict.NOT_EFFECTIVE, True),
    ],
)
def test_whoever_says_that_it_is_not_fixed_is_owed_a_word(house, story, verdict, is_owed):
    story.approve().carry().decide()
    with house.inside() as work:
        stop_reply_clock(work, work.session.get(Case, story.case.id))
        work.record("case.resumed", story.case)

    story.say(verdict)

    with house.inside() as work:
        found = work.session.get(Case, story.case.id, populate_existing=True)
        assert (found.reply_due_at is not None) == is_owed


def test_who_cannot_tell_yet_is_asked_again(house, story):
    story.approve().carry().decide()

    story.say(Verdict.CANNOT_TELL)

    assert story.state() is EscalationState.DECIDED
    with house.inside() as work:
        assert work.session.scalars(select(RecordedVerdict)).all() == []
    assert "Is it really fixed?" in story.look()


def test_no_answer_is_told_so(story):
    story.approve().carry().decide()

    story.say("")

    assert story.browser.status == 422
    assert 'href="#verdict-0"' in story.browser.text


def test_taking_the_agreement_back_stops_what_was_not_sent(house, story):
    story.approve()
    story.browser.open("/mailbox/case")

    story.browser.send("/mailbox/case/consents", answers={"agreed": ["help"]})
    with house.backstage() as context:
        jobs.cancel_requests_without_consent(context, case_id=story.case.id)

    assert story.state() is EscalationState.WITHDRAWN
    assert "It was withdrawn." in story.look()


def test_a_case_that_was_taken_back_stays_closed_when_its_requests_are_stopped(house, story):
    story.approve()
    story.browser.open("/mailbox/case/withdrawal")

    story.browser.send("/mailbox/case/withdrawal")
    with house.backstage() as context:
        jobs.cancel_requests_without_consent(context, case_id=story.case.id)

    assert story.state() is EscalationState.WITHDRAWN
    with house.inside() as work:
        assert work.session.get(Case, story.case.id).state is CaseState.CLOSED


def test_a_request_of_another_case_is_no_request(house, story):
    other = ReturnCode.new()
    with house.inside() as work:
        a_case(work, house.team, code=other)
    story.browser.send("/mailbox/sign-out")
    enter(story.browser, other.letters)

    story.look()

    assert story.browser.status == 404


def test_a_request_can_be_read_in_every_language(app, story):
    app.extensions["languages"] = ("en", "es")

    story.browser.open(f"/mailbox/case/requests/{story.ref}")

    assert story.browser.status == 200
    assert f'href="/es/mailbox/case/requests/{story.ref}"' in story.browser.text


def test_what_a_field_of_a_request_is_called_is_in_the_language_of_the_page(app, story):
    app.extensions["languages"] = ("en", "es")

    story.browser.open(f"/es/mailbox/case/requests/{story.ref}")

    assert "<dt>Qué pasó con el formulario de la plataforma</dt>" in story.browser.text
    assert '<dd><span lang="en">' in story.browser.text


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt", "ar"])
def test_every_field_of_a_request_has_a_label_of_its_own_for_reporters(app, language):
    with app.test_request_context(f"/{language}/" if language != "en" else "/"):
        macro = app.jinja_env.get_template("mailbox/_words.html").module.field_label
        labels = {field.name: str(macro(field.name)).strip() for field in FIELDS}

    assert all(labels.values())
    assert len(set(labels.values())) == len(FIELDS)


def test_a_request_whose_partner_is_in_doubt_is_said_to_be_held_up(story):
    story.approve().carry()
    assert "held up" not in story.look()
    with story.house.inside(story.lead) as work:
        partners.suspend_vetting(work, work.session.get(Partner, story.partner.id))

    page = story.look()

    assert "There’s a delay." in page
    assert "They haven’t answered yet." not in page
    assert "hasn’t confirmed yet" not in page
