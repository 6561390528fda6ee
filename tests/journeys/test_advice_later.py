"""A reporter comes back with the code alone, reads the advice again, and it follows the answers."""

import pytest
from selenium.webdriver.common.by import By

from tests.journeys import browser as browsers
from tests.journeys import reporter
from tests.journeys.browser import choose, press, text

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def lines(browser):
    """Every line of advice on the page, folded ones included."""
    found = browser.find_elements(By.CSS_SELECTOR, "main li")
    return [one.get_property("textContent").strip().split("\n")[0] for one in found]


def test_advice_stays_and_follows_what_is_answered_later(judge, served):
    browsers.look_as(judge, browsers.PHONE)
    words = reporter.report(
        judge, served.public, story="They read my mail.", consents=["You may work on my case"]
    )
    press(judge, "I have written it down")
    on_receipt = lines(judge)
    judge.delete_all_cookies()

    reporter.come_back(judge, served.public, words)
    press(judge, "What to do now")
    assert lines(judge) == on_receipt
    assert " ".join(words) not in text(judge)

    press(judge, "Answer 4 more questions")
    choose(judge, "It belongs to the person I’m asking for")
    press(judge, "Send")

    assert "Your answers change what is safe to do now." in text(judge)
    assert lines(judge) != on_receipt
    browsers.look_as(judge, browsers.DESKTOP)
