"""The pictures of the README, taken of the drill: `make pictures`. No test: it is run on purpose.

Each has a size of its own, so that a picture changes only where the page did. Names, codes and
times are the drill's, and new each time.
"""

import pytest
from selenium.webdriver.common.by import By

from tests.conftest import ROOT
from tests.journeys import browser as browsers
from tests.journeys import desk, reporter
from tests.journeys.browser import press

FOLDER = ROOT / "docs" / "pictures"
# Small enough to stand three in a row.
PHONE, DESK = (360, 900), (900, 760)


def take(browser, name, size):
    browsers.look_as(browser, size)
    browser.execute_script("scrollTo(0, 0)")
    browser.find_element(By.TAG_NAME, "h1")
    assert browser.save_screenshot(str(FOLDER / f"{name}.png"))


@pytest.fixture
def browser(judge):
    yield judge
    browsers.look_as(judge)


def test_the_receipt_of_a_reporter(browser, served):
    browsers.look_as(browser, PHONE)
    reporter.report(
        browser,
        f"{served.public}/en/",
        story="Someone else is in my account.",
        consents=["You may work on my case"],
    )
    take(browser, "reporter", PHONE)


def test_the_duty_board_of_a_responder(browser, served):
    desk.sign_in(browser, served.staff, served.player("responder"))
    take(browser, "responder", DESK)


def test_the_request_at_a_partner(browser, served):
    desk.sign_in(browser, served.partner, served.player("platform-lead"))
    press(browser, "R-")
    take(browser, "partner", DESK)
