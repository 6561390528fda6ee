"""In the mailbox, a partner that is not the first of its platform is agreed to by name."""

from html import unescape

import pytest
from sqlalchemy import select

from helpdesk.cases.models import Case, Consent
from helpdesk.core.actors import Role
from helpdesk.escalations import operations, queries
from helpdesk.escalations.states import Ask
from helpdesk.intake.queries import partner_platforms
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
