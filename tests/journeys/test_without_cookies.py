"""Chromium with every cookie blocked: what works does, and what cannot says what the reason is."""

import pytest

from tests.journeys import browser as browsers
from tests.journeys import reporter
from tests.journeys.browser import field, press, text

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STORY = "Since this morning somebody else writes in my name."


@pytest.fixture(scope="module")
def browser():
    driver = browsers.chromium(scripts=False, cookies=False)
    yield driver
    driver.quit()


def test_no_cookie_is_kept(browser, served):
    browser.get(f"{served.public}/report")

    assert browser.get_cookies() == []


def test_a_report_goes_from_the_first_page_to_the_receipt(browser, served):
    words = reporter.report(
        browser,
        served.public,
        story=STORY,
        answers=["Yes, now"],
        consents=["You may work on my case and help me"],
    )

    assert len(words) == 12
    assert "Report sent" in text(browser)


def test_a_page_that_lacks_a_word_keeps_the_others(browser, served):
    browser.get(f"{served.public}/report")
    press(browser, "Continue")
    browsers.choose(browser, "Yes, it could happen")
    press(browser, "Continue")
    press(browser, "Continue")
    press(browser, "Send")
    assert "Tell us in a few words what happened." in text(browser)

    field(browser, "What happened?").send_keys(STORY)
    press(browser, "Send")

    assert "Report sent" in text(browser)


def test_the_mailbox_says_that_the_code_is_right_and_the_cookie_is_missing(browser, served):
    words = reporter.report(browser, served.public, story=STORY)

    reporter.come_back(browser, served.public, words)

    assert "Your code is right, but your browser is blocking our cookie" in text(browser)
    assert "allow cookies for this site" in text(browser)
    assert "This page was open for too long" not in text(browser)


def test_a_wrong_code_is_called_wrong(browser, served):
    reporter.come_back(browser, served.public, ["ten words that open nothing at all in this house"])

    assert "There is no mailbox for this code" in text(browser)


@pytest.mark.parametrize(
    ("surface", "handle"), [("staff", "responder"), ("partner", "platform-lead")]
)
def test_signing_in_says_what_is_missing(browser, served, surface, handle):
    player = served.player(handle)
    browser.get(getattr(served, surface))
    field(browser, "Your sign-in name").send_keys(player.handle)
    field(browser, "Your passphrase").send_keys(player.passphrase)
    press(browser, "Continue")

    assert "Allow cookies to sign in" in text(browser)
    assert "Allow cookies for this site" in text(browser)

    field(browser, "six digits").send_keys("000000")
    press(browser, "Sign in")
    assert "Allow cookies for this site" in text(browser)
    press(browser, "Start again")
    assert "Sign in" in text(browser, "h1")


@pytest.mark.parametrize("surface", ["staff", "partner"])
def test_a_wrong_passphrase_is_called_wrong(browser, served, surface):
    browser.get(getattr(served, surface))
    field(browser, "Your sign-in name").send_keys(f"nobody-{surface}")
    field(browser, "Your passphrase").send_keys("not the right one")
    press(browser, "Continue")

    assert "The name or the passphrase isn’t right." in text(browser)
