"""A report on pages that read from the right: nothing overflows, codes read from the left."""

import threading
from dataclasses import replace

import pytest
from selenium.webdriver.common.by import By
from werkzeug.serving import WSGIRequestHandler, make_server

from helpdesk.app import create_app
from helpdesk.settings import Surface
from tests import languages
from tests.intake.conftest import house  # noqa: F401 - a fixture
from tests.journeys.browser import (
    DESKTOP,
    NARROW,
    examine,
    field,
    first_stop,
    look_as,
    too_wide,
    until_next_page,
)
from tests.languages import in_arabic, write_all

pytestmark = pytest.mark.browser

ACROSS = """
    const box = document.querySelector(arguments[0]).getBoundingClientRect();
    return [box.left, box.right];
"""
STARTS_AT = """
    const range = document.createRange();
    const part = document.querySelector(arguments[0]);
    const text = document.createTreeWalker(part, NodeFilter.SHOW_TEXT).nextNode();
    range.setStart(text, 0);
    range.setEnd(text, 1);
    const first = range.getBoundingClientRect().left;
    range.setStart(text, text.length - 1);
    range.setEnd(text, text.length);
    return [first, range.getBoundingClientRect().left];
"""


class Quiet(WSGIRequestHandler):
    def log(self, *_):
        """Nothing."""


@pytest.fixture
def public(house, monkeypatch, tmp_path):  # noqa: F811 - the fixture from above
    """The public pages, whole in planted Arabic words; gives their address."""
    write_all(tmp_path, "ar", in_arabic)
    languages.speak(monkeypatch, tmp_path)
    settings = replace(house.intake.settings, offer_unreviewed=True)
    app = create_app(replace(house.intake, settings=settings), Surface.PUBLIC)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    monkeypatch.undo()
    languages.forget()


def press(browser, css):
    """Press what stands there, and wait for the page it leads to."""
    old = browser.find_element(By.TAG_NAME, "html")
    browser.find_element(By.CSS_SELECTOR, css).click()
    until_next_page(browser, old)


def tick(browser, css):
    label = browser.find_element(By.CSS_SELECTOR, f"{css} + label")
    for fold in label.find_elements(By.XPATH, "ancestor::details[not(@open)]/summary"):
        fold.click()
    label.click()


def look_through(browser):
    """Arabic, from the right, the way out first, nothing over the edge, nothing for axe to find."""
    page = browser.find_element(By.TAG_NAME, "html")
    assert (page.get_dom_attribute("lang"), page.get_dom_attribute("dir")) == ("ar", "rtl")
    assert first_stop(browser) == in_arabic("Leave this page")
    examine(browser)
    look_as(browser, NARROW)
    left, right = browser.execute_script(ACROSS, "h1")
    assert right > 320 - 40, "what is read begins at the right edge"
    assert left >= 0


def test_a_whole_report_on_arabic_pages(judge, public):
    judge.get(f"{public}/en/")
    press(judge, 'a[hreflang="ar"]')
    look_through(judge)

    press(judge, ".actions .button-link")
    look_through(judge)
    tick(judge, 'input[value="account-takeover"]')
    press(judge, '.actions button[value="2"]')
    look_through(judge)
    tick(judge, 'input[name="q_danger"][value="credible"]')
    press(judge, '.actions button[value="3"]')
    look_through(judge)
    press(judge, '.actions button[value="4"]')
    look_through(judge)
    judge.find_element(By.ID, "story").send_keys("سرق حسابي")
    press(judge, '.actions button[value="send"]')
    look_through(judge)
    for code in (".code-letters", ".panel bdi"):
        first, last = judge.execute_script(STARTS_AT, code)
        assert first < last, f"{code} reads from the left"
    words = [item.text for item in judge.find_elements(By.CSS_SELECTOR, ".code-words li")]
    press(judge, ".actions a.button")
    look_through(judge)

    judge.get(f"{public}/ar/mailbox")
    look_through(judge)
    judge.find_element(By.ID, "code").send_keys(" ".join(words))
    press(judge, ".actions button")
    look_through(judge)
    judge.find_element(By.ID, "body").send_keys("نصف رسالة")
    judge.execute_script("scrollTo(0, 0)")  # the way out lies over what it would scroll to
    press(judge, '.languages button[lang="en"]')
    assert judge.find_element(By.TAG_NAME, "html").get_dom_attribute("dir") == "ltr"
    assert judge.find_element(By.ID, "body").get_property("value") == "نصف رسالة"


def test_another_language_on_the_way_loses_no_word(judge, public):
    look_as(judge, DESKTOP)
    judge.get(f"{public}/en/report")
    tick(judge, 'input[value="account-takeover"]')
    press(judge, '.actions button[value="2"]')
    press(judge, '.actions button[value="3"]')
    press(judge, '.actions button[value="4"]')
    field(judge, "What happened?").send_keys("They took it.")
    press(judge, '.languages button[lang="ar"]')

    assert judge.find_element(By.TAG_NAME, "html").get_dom_attribute("lang") == "ar"
    assert judge.find_element(By.ID, "story").get_property("value") == "They took it."
    assert judge.current_url == f"{public}/ar/report?page=4"
    assert too_wide(judge) == []
