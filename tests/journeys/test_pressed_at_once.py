"""Two people in two browsers press one button at the same moment: one of them does it, and the
other is told in a sentence, with nothing to send once more."""

import threading

import pytest
from selenium.webdriver.common.by import By

from tests.journeys import desk, reporter
from tests.journeys.browser import press, quoted, text, until_next_page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STORY = "Somebody writes in my name since this morning."
TAKE, APPROVE = "Take this case", "Approve and send exactly this"


@pytest.fixture
def two(chromium, firefox, served):
    """A coordinator in Chromium and a responder in Firefox, both signed in."""
    desk.sign_in(chromium, served.staff, served.player("coordinator"))
    desk.sign_in(firefox, served.staff, served.player("responder"))
    return chromium, firefox


def press_at_once(browsers, words):
    """Both click before either has an answer; then both wait for the page that it leads to."""
    pages = [(one, one.find_element(By.TAG_NAME, "html")) for one in browsers]
    which = f"//main//button[contains(normalize-space(.), {quoted(words)})]"
    buttons = [one.find_element(By.XPATH, which) for one in browsers]
    starts = threading.Barrier(len(browsers))

    def click(button):
        starts.wait()
        button.click()

    threads = [threading.Thread(target=click, args=(one,)) for one in buttons]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    for one, before in pages:
        until_next_page(one, before)


def split(browsers, sentence):
    """Who did it, and who was told that somebody else had: one of each."""
    told = [one for one in browsers if sentence in text(one)]
    assert len(told) == 1, [text(one) for one in browsers]
    [done] = [one for one in browsers if one is not told[0]]
    return done, told[0]


def nothing_to_send_again(browser):
    assert not browser.find_elements(By.XPATH, "//main//button")
    assert "See the latest version" in text(browser)


def test_both_take_one_case(two, second_chromium, served):
    reporter.report(second_chromium, served.public, story=STORY)
    ref = reporter.case_ref(second_chromium)
    for one in two:
        one.get(f"{served.staff}/cases/{ref}")

    press_at_once(two, TAKE)

    done, told = split(two, "Someone else has taken this case.")
    nothing_to_send_again(told)
    press(told, "See the latest version")
    assert TAKE not in text(told)
    assert TAKE not in text(done)


def test_both_approve_one_request(chromium, firefox, served):
    """Either of them may: neither wrote it. It is approved once, and sent once."""
    for one, who in ((chromium, "coordinator"), (firefox, "newcomer")):
        desk.sign_in(one, served.staff, served.player(who))
    press(chromium, "Approvals", inside="header")
    press(chromium, "R-")
    firefox.get(chromium.current_url)

    press_at_once((chromium, firefox), APPROVE)

    done, told = split((chromium, firefox), "Nothing was changed.")
    nothing_to_send_again(told)
    press(told, "See the latest version")
    for one in (done, told):
        assert APPROVE not in text(one)
    history = f"{done.current_url.partition('/requests')[0]}/history"
    done.get(history)
    assert text(done).count("Approved the request") == 1
