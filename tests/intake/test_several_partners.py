"""In the mailbox, a partner that is not the first of its platform is agreed to by name."""

from html import unescape

import pytest
from sqlalchemy import select

from helpdesk.cases.models import Case, Consent
from helpdesk.core.actors import Role
from helpdesk.escalations import operations, queries
from helpdesk.escalations.consent_coverage import consent_coverage_of
from helpdesk.escalations.states import Ask, LeaveByName
from helpdesk.intake.queries import current_consents, partner_platforms
from helpdesk.partners.models import Partner
from tests.escalations.conftest import TYPED, a_partner
from tests.intake.test_requests import Story

BY_NAME = (
    "You may ask \u2068Trust team of names\u2069 to act. It isn’t part of this service: Google"
)
PLATFORM = "You may ask this service to act: Google"


@pytest.fixture
def story(house, browser):
    """The platform was asked, and its registrar is to be."""
    story = Story(house, browser).approve().carry()
    with house.backstage() as context, context.begin() as work:
        story.registrar = a_partner(
            work, story.lead, platform="google", slug="names", kind="registrar"
        )
        a_partner(work, story.lead, platform="hosting", slug="hosts", kind="host")
    with house.inside() as work:
        story.other_ref = operations.write_draft(
            work,
            work.session.get(Case, story.case.id),
            work.session.get(Partner, story.registrar.id),
            ask=Ask.REMOVE,
            typed=TYPED,
        ).ref
    return story


def consents(house, partner):
    with house.inside() as work:
        found = select(Consent).where(Consent.partner_id == partner.id)
        return work.session.scalars(found).all()


def case_page(story):
    story.browser.open("/mailbox/case")
    return unescape(story.browser.text)


def tick(story, *agreed):
    page = case_page(story)
    shown = page.split('name="shown" value="', 1)[1].split('"', 1)[0]
    return story.browser.send(
        "/mailbox/case/consents", answers={"agreed": list(agreed), "shown": shown}
    )


def test_who_is_to_be_asked_besides_is_agreed_to_by_name(house, story):
    page = case_page(story)
    assert PLATFORM in page
    assert BY_NAME in page
    story.browser.open(f"/mailbox/case/requests/{story.other_ref}")
    assert TYPED["happened"] in unescape(story.browser.text)

    tick(story, "help", "platform:google", f"platform:google:{story.registrar.id}")

    [given] = consents(house, story.registrar)
    assert given.is_effective
    with house.inside() as work:
        request = queries.visible_request_by_ref(work, story.other_ref)
        assert queries.consent_for_request(work, request).id == given.id


def test_a_name_that_was_not_on_offer_is_not_agreed_to(house, story):
    tick(story, "help", "platform:google", f"platform:google:{story.partner.id}")

    assert consents(house, story.partner) == []


def test_unticking_one_by_name_leaves_what_the_platform_was_asked(house, story):
    name = f"platform:google:{story.registrar.id}"
    tick(story, "help", "platform:google", name)

    tick(story, "help", "platform:google")

    [taken] = consents(house, story.registrar)
    assert taken.withdrawn_at is not None
    with house.inside() as work:
        request = queries.visible_request_by_ref(work, story.ref)
        assert queries.consent_for_request(work, request) is not None


@pytest.fixture
def unasked(house, browser):
    """A request to one team of the platform, which nobody has approved."""
    story = Story(house, browser)
    with house.backstage() as context, context.begin() as work:
        story.second_team = a_partner(work, story.lead, platform="google", slug="second-team")
    return story


def refuse(story, **fields):
    page = f"/mailbox/case/requests/{story.ref}"
    story.browser.open(page)
    seen = unescape(story.browser.text).split('name="seen" value="', 1)[1].split('"', 1)[0]
    return story.browser.send(f"{page}/refusal", answers={"seen": seen, **fields})


def test_who_fears_one_team_says_no_to_it_and_the_platform_may_still_be_asked(house, unasked):
    refuse(unasked)

    assert "We won’t ask them" in unescape(unasked.browser.text)
    [no] = consents(house, unasked.partner)
    assert no.withdrawn_at is not None
    assert no.is_by_reporter
    with house.inside() as work:
        coverage = consent_coverage_of(work, unasked.case.id)
        one, other = (
            work.session.get(Partner, each.id) for each in (unasked.partner, unasked.second_team)
        )
        assert coverage.consent_to(one) is None
        assert coverage.why_by_name(one) is LeaveByName.REFUSED
        assert coverage.consent_to(other) is not None


def test_who_said_no_to_a_team_can_agree_to_it_by_name_later(house, unasked):
    refuse(unasked)
    assert "Don’t ask this team" not in unescape(
        unasked.browser.open(f"/mailbox/case/requests/{unasked.ref}").text
    )

    tick(unasked, "help", "platform:google", f"platform:google:{unasked.partner.id}")

    with house.inside() as work:
        one = work.session.get(Partner, unasked.partner.id)
        assert consent_coverage_of(work, unasked.case.id).consent_to(one) is not None


def test_a_team_that_was_asked_is_taken_back_by_its_tick_and_not_refused(house, unasked):
    page = f"/mailbox/case/requests/{unasked.ref}"
    unasked.browser.open(page)
    unasked.approve()

    unasked.browser.send(f"{page}/refusal")  # from the page of before

    assert consents(house, unasked.partner) == []
    assert "Don’t ask this team" not in unescape(unasked.browser.open(page).text)


def test_a_no_is_to_the_team_that_stood_on_the_page(house, unasked):
    refuse(unasked, seen="another")

    assert consents(house, unasked.partner) == []


def test_a_platform_that_only_a_host_answers_for_is_not_offered_as_a_whole(house, story):
    with house.inside() as work:
        assert "hosting" not in partner_platforms(work)
        assert "google" in partner_platforms(work)


def test_two_teams_are_one_platform_on_offer(house, story):
    with house.backstage() as context, context.begin() as work:
        lead = story.lead
        assert lead.person.role is Role.COORDINATOR
        a_partner(work, lead, platform="google", slug="second-team")
    with house.inside() as work:
        assert partner_platforms(work).count("google") == 1


def test_a_tick_for_who_is_not_asked_any_more_is_not_dropped_in_silence_nor_holds_up_the_rest(
    house, story
):
    page = case_page(story)
    shown = page.split('name="shown" value="', 1)[1].split('"', 1)[0]
    with house.backstage() as context, context.begin() as work:
        another = a_partner(
            work, story.lead, platform="google", slug="more-names", kind="registrar"
        )
    with house.inside() as work:
        draft = queries.visible_request_by_ref(work, story.other_ref)
        operations.change_partner_of_draft(
            work, draft, work.session.get(Partner, another.id), seen_hash=draft.packet_hash
        )

    agreed = ["help", "platform:google", f"platform:google:{story.registrar.id}"]
    story.browser.send("/mailbox/case/consents", answers={"agreed": agreed, "shown": shown})

    assert "isn’t offered any more" in unescape(story.browser.text)
    assert not consents(house, story.registrar)


def test_what_is_taken_back_beside_a_tick_that_is_gone_is_taken_back(house, story):
    page = case_page(story)
    shown = page.split('name="shown" value="', 1)[1].split('"', 1)[0]
    assert "platform:google" in shown.split()
    agreed = ["help", "platform:google:nobody"]

    asked = {"agreed": agreed, "shown": shown}
    story.browser.send("/mailbox/case/consents", answers=asked)
    assert "isn’t offered any more" in unescape(story.browser.text)  # before it is taken back
    story.browser.open("/mailbox/case")
    story.browser.send("/mailbox/case/consents", answers={**asked, "is_sure": "y"})

    assert "isn’t offered any more" in unescape(story.browser.text)
    with house.inside() as work:
        left = current_consents(work, work.session.get(Case, story.case.id))
        assert {one.platform for one in left} == {None}
