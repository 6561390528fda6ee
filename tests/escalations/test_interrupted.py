"""A partner whose session ended while they answered: a letter's link and words lead on."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from helpdesk.accounts.models import SignInSession
from helpdesk.escalations.models import PartnerMessage
from tests.factories import sign_in
from tests.intake.browser import Browser

WORDS = "Which address shall it go back to?"


def come_in(browser, somebody):
    browser.send(
        "/sign-in", answers={"handle": somebody.person.handle, "passphrase": somebody.passphrase}
    )
    digits = somebody.code(datetime.now(UTC))
    browser.send("/sign-in/code", answers={"code": digits}, follow=False)
    return browser.answer


def test_a_question_comes_back_and_is_sent_once(house, partner_desk):
    ref = house.carried().ref
    browser = Browser(sign_in(partner_desk, house.theirs))
    browser.open(f"/requests/{ref}")
    with house.context.begin() as work:
        earlier = datetime.now(UTC) - timedelta(minutes=31)
        work.session.execute(update(SignInSession).values(seen_at=earlier))

    browser.send(f"/requests/{ref}/question", answers={"question": WORDS})
    assert browser.status == 403
    assert WORDS not in browser.text
    come_in(browser, house.theirs)
    assert ("question", WORDS) in browser.form(f"/requests/{ref}/question").fields
    browser.send(f"/requests/{ref}/question")

    with house.context.begin() as work:
        assert len(work.session.scalars(select(PartnerMessage)).all()) == 1


def test_the_link_in_a_letter_leads_to_the_request(house, partner_desk):
    ref = house.carried().ref
    browser = Browser(partner_desk)
    browser.open(browser.open(f"/requests/{ref}").location)

    assert come_in(browser, house.theirs).location == f"/requests/{ref}"
