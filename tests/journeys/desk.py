"""What responders, coordinators and partners do at a desk in a browser."""

import time
from datetime import UTC, datetime, timedelta

from selenium.webdriver.common.by import By

from helpdesk.accounts.second_factor import SECONDS
from tests.journeys.browser import field, press, quoted, text

_last_step = {}


def sign_in(browser, address, player):
    """Passphrase first, then the second factor."""
    browser.get(address)
    field(browser, "Your sign-in name").send_keys(player.handle)
    field(browser, "Your passphrase").send_keys(player.passphrase)
    press(browser, "Continue")
    field(browser, "six digits").send_keys(fresh_code(player))
    press(browser, "Sign in")


def fresh_code(player):
    """Digits that were not used before: each code opens once, and the next one is taken early."""
    now = datetime.now(UTC)
    step = max(int(now.timestamp()) // SECONDS, _last_step.get(player.handle, 0) + 1)
    while step > int(time.time()) // SECONDS + 1:
        time.sleep(1)
    _last_step[player.handle] = step
    return player.code(datetime.fromtimestamp(step * SECONDS, UTC) + timedelta(seconds=1))


def work_through(browser, answers, evidence, *, until=None, look=None):
    """Go through a run that is open, step by step, up to a step or to the end of the playbook.

    `answers` names the outcome of each step by its title; `evidence` fills fields by their name.
    """
    while True:
        here = browser.find_elements(By.ID, "now")
        title = here[0].find_element(By.TAG_NAME, "h2").text.removeprefix("Now: ") if here else None
        if title is None or title == until:
            return
        form = here[0].find_element(By.TAG_NAME, "form")
        for box in form.find_elements(By.CSS_SELECTOR, "input[type=text], textarea"):
            words = evidence.get(box.get_dom_attribute("name").removeprefix("evidence-"))
            if words:
                box.send_keys(words)
        outcome = f".//label[contains(normalize-space(.), {quoted(answers[title])})]"
        form.find_element(By.XPATH, outcome).click()
        press(browser, "Record this step")
        if look:
            look(browser)


def reload_until(browser, words, *, patience=60):
    """What the workers do takes a moment: look again until the page says it."""
    until = time.monotonic() + patience
    while words not in text(browser):
        assert time.monotonic() < until, f"“{words}” did not come:\n{text(browser)}"
        time.sleep(0.5)
        browser.refresh()
