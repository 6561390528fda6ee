"""Somebody frightened types what comes to mind, without scripts, and finds what to tick."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

from helpdesk.playbooks.repository import the_library
from tests.intake.searches import SEARCHES
from tests.journeys import browser as browsers
from tests.journeys.browser import choose, field, press, text, texts

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = "Say it in a few words"


@pytest.fixture(params=["chromium", "firefox"])
def browser(request):
    """Both browsers of the public side; scripts are off in both."""
    return request.getfixturevalue(request.param)


def title(kind):
    return str(the_library().playbook(kind).title)


def look_for(browser, words):
    box = field(browser, WORDS)
    box.clear()
    box.send_keys(words)
    press(browser, "Look")


def test_words_alone_lead_to_the_right_kind_of_trouble(browser, served):
    browser.get(f"{served.public}/report")

    for words, kind in SEARCHES.items():
        look_for(browser, words)
        assert texts(browser, ".found label")[0].splitlines()[0] == title(kind), words
        assert field(browser, "Something else").is_displayed()
        assert browser.current_url.partition("?")[2].startswith("page=")
        assert words.split()[-1] not in browser.current_url.replace("page=", "")


def test_the_enter_key_looks_too(browser, served):
    browser.get(f"{served.public}/report")
    page = browser.find_element(By.TAG_NAME, "html")

    field(browser, WORDS).send_keys("they took my phone", Keys.ENTER)
    WebDriverWait(browser, browsers.PATIENCE).until(staleness_of(page))

    assert texts(browser, ".found label")[0].splitlines()[0] == title("device-lost-seized")


def test_two_things_at_once_from_the_first_word_to_the_receipt(browser, served):
    browser.get(f"{served.public}/report")
    look_for(browser, "police arrested my friend")
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
    choose(browser, "They are held, but we do not know where")
    press(browser, "Continue")
    assert title("arrest-detention") in text(browser, ".summary")
    assert title("account-takeover") in text(browser, ".summary")
    field(browser, "What happened?").send_keys("They came at noon.")
    press(browser, "Send it")

    assert "It has arrived" in text(browser)
    assert "within 30 minutes" in text(browser)
    assert "This advice is a draft" in text(browser)
