"""A partner without an account, from the duty board to its decision: two browsers, and an email."""

import email
import re
import time
from email import policy

import pytest
from selenium.webdriver.common.by import By

from tests.journeys import desk
from tests.journeys.browser import choose, examine, field, press, text

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PARTNER = "Drill small messenger"
QUESTION = "Since when does the stranger write there?"


def test_who_has_no_account_answers_with_a_link_and_a_code(served, judge, second_chromium):
    ours, theirs = second_chromium, judge
    desk.sign_in(ours, served.staff, served.player("responder"))
    press(ours, f"make the link for {PARTNER}")
    request = ours.current_url.partition("#")[0]
    before = _links(served)
    press(ours, "Make the link and the code")
    words = [one.text for one in ours.find_elements(By.CSS_SELECTOR, ".code-words li")]
    assert len(words) == 12
    assert _links(served) == before
    choose(ours, "By phone")
    press(ours, "They have the code: send the link")
    link = _wait_for_link(served, before)

    theirs.get(link)
    examine(theirs)
    assert "R-" not in text(theirs)
    _enter(theirs, reversed(words))
    examine(theirs)
    assert "There is a problem" in text(theirs)
    _enter(theirs, words)
    examine(theirs)
    assert "The channel of a cycling club was taken" in text(theirs)
    press(theirs, "Acknowledge")
    assert "We know that you have it" in text(theirs)
    theirs.find_element(By.XPATH, "//summary[contains(., 'Ask us a question first')]").click()
    field(theirs, "What do you need to know?").send_keys(QUESTION)
    press(theirs, "Send the question")
    examine(theirs)
    press(theirs, "Close it in this browser")
    examine(theirs)
    theirs.back()
    assert "cycling club was taken" not in text(theirs)

    ours.get(request)
    assert QUESTION in text(ours)
    assert "someone with the link and the code" in text(ours)


def _enter(browser, words):
    box = field(browser, "The code")
    box.clear()
    box.send_keys(" ".join(words))
    press(browser, "Continue")


def _links(served):
    found = []
    for one in sorted((served.instance / "outbox").rglob("*")):
        if one.is_file():
            letter = email.message_from_bytes(one.read_bytes(), policy=policy.default)
            found += re.findall(r"http\S+/link/[a-z2-7]{52}", letter.get_content())
    return found


def _wait_for_link(served, before, *, patience=60):
    until = time.monotonic() + patience
    while not (new := [one for one in _links(served) if one not in before]):
        assert time.monotonic() < until, "no email with a link came"
        time.sleep(0.5)
    return new[0]
