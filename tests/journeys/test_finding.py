"""Somebody frightened types what comes to mind, without scripts, and finds what to tick."""

import pytest
from selenium.webdriver.common.by import By

from helpdesk.playbooks.repository import load_current_library
from tests.intake.searches import SEARCHES
from tests.journeys.browser import choose, field, press, text, texts

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = "Tell us in your own words"


@pytest.fixture(params=["chromium", "firefox"])
def browser(request):
    """Both browsers of the public side; scripts are off in both."""
    return request.getfixturevalue(request.param)


def title(kind):
    return str(load_current_library().playbook(kind).title)


def say(browser, words):
    """What happened, in the box of the first page."""
    field(browser, WORDS).send_keys(words)
    press(browser, "Continue")


def look_for(browser, words):
    """Other words than those that were typed first."""
    browser.find_element(By.XPATH, "//summary[contains(., 'Change what you wrote')]").click()
    box = field(browser, WORDS)
    box.clear()
    box.send_keys(words)
    press(browser, "Search")


def test_words_alone_lead_to_the_right_kind_of_trouble(browser, served):
    browser.get(f"{served.public}/en/")
    say(browser, "hacked")

    for words, kind in SEARCHES.items():
        look_for(browser, words)
        assert texts(browser, ".found label")[0].splitlines()[0] == title(kind), words
        assert field(browser, "Something else").is_displayed()
        assert browser.current_url.partition("?")[2].startswith("page=")
        assert words.split()[-1] not in browser.current_url.replace("page=", "")


def test_who_goes_on_with_words_alone_is_shown_what_they_may_mean(browser, served):
    browser.get(f"{served.public}/en/")

    say(browser, "they took my phone")

    assert texts(browser, ".found label")[0].splitlines()[0] == title("device-lost-seized")


def test_two_things_at_once_from_the_first_word_to_the_receipt(browser, served):
    browser.get(f"{served.public}/en/")
    say(browser, "police arrested my friend")
    choose(browser, title("arrest-detention"))
    look_for(browser, "hacked")
    choose(browser, title("account-takeover"))
    look_for(browser, "?!?")
    assert "Choose from the list" in text(browser)
    assert field(browser, title("arrest-detention")).is_selected()
    press(browser, "Continue")

    asked = texts(browser, "legend")
    assert asked[0] == "Could someone be hurt, arrested or exposed because of this?"
    choose(browser, "No, not that I know of")
    press(browser, "Continue")
    press(browser, "Continue")
    browser.find_element(By.XPATH, "//summary[contains(., 'Check your answers')]").click()
    assert title("arrest-detention") in text(browser, ".summary")
    assert title("account-takeover") in text(browser, ".summary")
    assert field(browser, "What happened?").get_property("value") == "?!?"
    press(browser, "Send")

    assert "Report sent" in text(browser)
    press(browser, "I have written it down")
    assert "within 30 minutes" in text(browser)
    assert "People who’ve been through this haven’t checked this advice yet." in text(browser)
