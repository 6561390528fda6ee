"""How much somebody has to read to report, on a phone of 360 by 800; `make reading` prints it.

Counted is every word in sight, labels, menus and footers included, on every page from the first to
the last of the receipt. The names of the languages are counted on the first page alone; a drill's
banner and what is folded away are not.
"""

import sys

import pytest
from selenium.webdriver.common.by import By

from helpdesk.playbooks.repository import load_current_library
from tests.journeys import browser as browsers
from tests.journeys.browser import choose, field, press, text

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ONE = ["account-takeover"]
TWO = ["account-takeover", "doxing"]
IMMEDIATE = "Yes, now or within a day"
LIMITS = {1: 900, 2: 1_100}
SCREENS_OF_QUESTIONS = 3
ADVICE_AT_FIRST = 5
IN_SIGHT = """
const seen = document.body.cloneNode(true);
document.body.append(seen);
const unread = '.unseen, .skip, .decoy, .drill, textarea' + arguments[0];
seen.querySelectorAll(unread).forEach(one => one.remove());
const words = seen.innerText.split(/\\s+/).filter(word => /[\\p{L}\\p{N}]/u.test(word)).length;
seen.remove();
return words;
"""


class Reader:
    """Counts what stands on each page that is opened."""

    def __init__(self, browser):
        self.browser, self.words, self.screens = browser, {}, {}

    def read(self, name):
        height = self.browser.execute_script("return document.documentElement.scrollHeight")
        without = ", .languages" if self.words else ""
        self.words[name] = self.browser.execute_script(IN_SIGHT, without)
        self.screens[name] = round(height / browsers.PHONE[1], 2)

    def report(self):
        pages = (f"{name} {self.words[name]} w {self.screens[name]} s" for name in self.words)
        return f"{sum(self.words.values())} words: {', '.join(pages)}"


def say(words):
    """The figure itself, for `make reading`."""
    sys.stdout.write(f"\n{words}")


@pytest.fixture
def reader(judge):
    browsers.look_as(judge, browsers.PHONE)
    return Reader(judge)


def walk(reader, public, kinds, *, story="They took it this morning.", danger=IMMEDIATE):
    """From the first page to the receipt, as somebody reads it on a phone."""
    browser = reader.browser
    browser.get(f"{public}/en/")
    reader.read("home")
    press(browser, "Tell us what happened")
    reader.read("what happened")
    for kind in kinds:
        choose(browser, str(load_current_library().playbook(kind).title))
    press(browser, "Continue")
    reader.read("questions")
    choose(browser, danger)
    press(browser, "Continue")
    if not browser.find_elements(By.ID, "story"):
        reader.read("more questions")
        press(browser, "Continue")
    reader.read("how to reach you")
    field(browser, "What happened?").send_keys(story)
    choose(browser, "You may work on my case and help me")
    press(browser, "Send")
    reader.read("receipt")
    return browser


@pytest.mark.parametrize("kinds", [ONE, TWO], ids=["one", "two"])
def test_few_words_stand_between_the_first_page_and_the_receipt(reader, served, kinds):
    browser = walk(reader, served.public, kinds)
    if browser.find_elements(By.LINK_TEXT, "I have written it down"):
        press(browser, "I have written it down")
        reader.read("advice")
    say(f"{' and '.join(kinds)}: {reader.report()}")

    assert sum(reader.words.values()) <= LIMITS[len(kinds)], reader.words


@pytest.mark.parametrize("kind", [one.id for one in load_current_library().playbooks])
def test_each_page_of_questions_is_three_screens_at_most(reader, served, kind):
    browser = reader.browser
    browser.get(f"{served.public}/en/report")
    choose(browser, str(load_current_library().playbook(kind).title))
    press(browser, "Continue")
    reader.read("questions")
    press(browser, "Continue")
    reader.read("next")
    say(f"{kind}: {reader.report()}")

    assert max(reader.screens.values()) <= SCREENS_OF_QUESTIONS


def test_the_first_thing_to_do_stands_on_the_first_screen_of_an_immediate_receipt(reader, served):
    browser = walk(reader, served.public, ["arrest-detention"])

    page = load_current_library().playbook("arrest-detention")
    advice = [str(one.text) for one in page.safe_now if not one.is_dont]
    first = browser.execute_script(
        "return [...document.querySelectorAll('main p, main li')].find("
        "one => arguments[0].some(words => one.innerText.includes(words)))"
        "?.getBoundingClientRect().bottom",
        advice,
    )
    assert first is not None, text(browser)
    assert first <= browsers.PHONE[1]


def test_at_most_five_lines_of_advice_stand_in_sight(reader, served):
    browser = walk(reader, served.public, TWO)
    if browser.find_elements(By.LINK_TEXT, "I have written it down"):
        press(browser, "I have written it down")
    pages = [load_current_library().playbook(kind) for kind in TWO]
    advice = {str(one.text) for page in pages for one in page.safe_now}

    lines = [one for one in browser.find_elements(By.CSS_SELECTOR, "main li") if one.is_displayed()]

    shown = [one for one in lines if one.text.split("\n")[0] in advice]
    assert 0 < len(shown) <= ADVICE_AT_FIRST
    browser.find_element(By.CSS_SELECTOR, "main details summary").click()
    lines = [one for one in browser.find_elements(By.CSS_SELECTOR, "main li") if one.is_displayed()]
    assert len([one for one in lines if one.text.split("\n")[0] in advice]) > ADVICE_AT_FIRST
