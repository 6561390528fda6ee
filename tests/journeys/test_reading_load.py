"""How much somebody has to read to report, on a phone of 360 by 800; `make reading` prints it.

Counted is every word in sight, labels, menus and footers included, on every page from the first to
the last of the receipt, with every question answered; of the list, what was unfolded, too. The
names of the languages are counted on the first page alone; a drill's banner, what they typed and
what is folded away are not.

Two ways: by words of their own in the box of the first page, and by the list. The suite draws some
kinds of trouble; `--every-kind` all.
"""

import statistics
import sys

import pytest
import yaml
from selenium.webdriver.common.by import By

from helpdesk.intake.forms.report_steps import multilingual_search_for
from helpdesk.playbooks.repository import danger_detector, load_current_library
from tests.conftest import ROOT
from tests.journeys import browser as browsers
from tests.journeys.browser import choose, field, press, text

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KINDS = [one.id for one in load_current_library().playbooks]
# With the one whose pages are the longest.
SOME = ["account-takeover", "arrest-detention", "website-down", "intimate-images"]
PAIRS = [["account-takeover", "doxing"], ["intimate-images", "harassment-threats"]]
WAYS = ["search", "list"]
SENTENCES = ROOT / "playbooks" / "tests" / "searches" / "tuning" / "en.yml"
IMMEDIATE = "Yes, now or within a day"
LIMITS = {1: 900, 2: 1_100}
SCREENS_OF_A_PAGE = 3
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
# The first answer to every question that has none; what is folded away because it is long, too.
ANSWER_ALL = """
document.querySelectorAll('main fieldset').forEach(one => {
  const first = one.querySelector('input');
  if (first && !one.querySelector('input:checked')) first.checked = true;
});
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


def sentence_for(kind):
    """What somebody said to whom this happened, and nothing that brings a help line with it."""
    search = multilingual_search_for("en")
    for one in yaml.safe_load(SENTENCES.read_text()):
        if one["types"][0] == kind and not danger_detector().signs_in(one["says"]):
            found = search.find(one["says"])
            if found and found[0].page.id == kind:
                return one["says"]
    return title(kind)


def title(kind):
    return str(load_current_library().playbook(kind).title)


def walk(reader, public, kinds, *, way="list", danger=IMMEDIATE):
    """From the first page to the receipt, as somebody reads it on a phone."""
    browser = reader.browser
    browser.get(f"{public}/en/")
    reader.read("home")
    if way == "search":
        field(browser, "Tell us in your own words").send_keys(sentence_for(kinds[0]))
        press(browser, "Continue")
    else:
        press(browser, "Choose from a list")
    reader.read("what happened")
    for kind in kinds:
        choose(browser, title(kind))
    reader.read("what happened")
    press(browser, "Continue")
    reader.read("questions")
    choose(browser, danger)
    browser.execute_script(ANSWER_ALL)
    press(browser, "Continue")
    if not browser.find_elements(By.ID, "story"):
        reader.read("more questions")
        browser.execute_script(ANSWER_ALL)
        press(browser, "Continue")
    reader.read("how to reach you")
    if way == "list":
        field(browser, "What happened?").send_keys("They took it this morning.")
    choose(browser, "You may work on my case and help me")
    press(browser, "Send")
    reader.read("receipt")
    return browser


def read_to_the_end(reader, public, kinds, way):
    browser = walk(reader, public, kinds, way=way)
    press(browser, "I have written it down")
    reader.read("advice")
    say(f"{way}, {' and '.join(kinds)}: {reader.report()}")
    return sum(reader.words.values())


@pytest.mark.parametrize("way", WAYS)
def test_few_words_stand_between_the_first_page_and_the_receipt(request, reader, served, way):
    kinds = KINDS if request.config.getoption("--every-kind") else SOME
    words, screens = {}, {}

    for kind in kinds:
        one = Reader(reader.browser)
        words[kind] = read_to_the_end(one, served.public, [kind], way)
        screens[kind] = max(one.screens.values())

    read = words.values()
    say(f"{way}: {min(read)} to {max(read)} words, median {statistics.median(read)}")
    assert {kind: all_ for kind, all_ in words.items() if all_ > LIMITS[1]} == {}
    assert max(screens.values()) <= SCREENS_OF_A_PAGE, screens


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kinds", PAIRS, ids=" and ".join)
def test_two_kinds_at_once_are_few_words_more(reader, served, kinds, way):
    assert read_to_the_end(reader, served.public, kinds, way) <= LIMITS[2], reader.words


@pytest.mark.parametrize("kind", KINDS)
def test_each_page_of_questions_is_three_screens_at_most(reader, served, kind):
    browser = reader.browser
    browser.get(f"{served.public}/en/report")
    choose(browser, title(kind))
    press(browser, "Continue")
    reader.read("questions")
    press(browser, "Continue")
    reader.read("next")
    say(f"{kind}: {reader.report()}")

    assert max(reader.screens.values()) <= SCREENS_OF_A_PAGE


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
    browser = walk(reader, served.public, PAIRS[0])
    if browser.find_elements(By.LINK_TEXT, "I have written it down"):
        press(browser, "I have written it down")
    pages = [load_current_library().playbook(kind) for kind in PAIRS[0]]
    advice = {str(one.text) for page in pages for one in page.safe_now}

    lines = [one for one in browser.find_elements(By.CSS_SELECTOR, "main li") if one.is_displayed()]

    shown = [one for one in lines if one.text.split("\n")[0] in advice]
    assert 0 < len(shown) <= ADVICE_AT_FIRST
    browser.find_element(By.CSS_SELECTOR, "main details summary").click()
    lines = [one for one in browser.find_elements(By.CSS_SELECTOR, "main li") if one.is_displayed()]
    assert len([one for one in lines if one.text.split("\n")[0] in advice]) > ADVICE_AT_FIRST
