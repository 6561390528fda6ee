"""Reload and Back in real browsers: they ask and send nothing, and show nothing that is over."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import url_contains, url_to_be

from helpdesk.web.response_headers import SHOWN_ONCE
from tests.journeys import browser as browsers
from tests.journeys import desk, reporter
from tests.journeys.browser import choose, field, press, text

PAGE = "<!doctype html><html lang=en><title>Page</title><h1>Page</h1><a href='ELSEWHERE'>On</a>"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(params=["chromium", "firefox"])
def browser(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def not_stored(elsewhere):
    """A server of pages that are not to be stored, with the status that their address names."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(int(self.path[1:]) if self.path[1:].isdecimal() else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(PAGE.replace("ELSEWHERE", elsewhere).encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def from_memory(chromium, address, elsewhere, asked, *, tries):
    """How often the page was shown again without being asked for, of so many ways back."""
    found = 0
    for _ in range(tries):
        asked.clear()
        chromium.get(address)
        chromium.find_element(By.TAG_NAME, "a").click()
        browsers.waiting(chromium).until(url_to_be(elsewhere))
        chromium.back()
        browsers.waiting(chromium).until(url_to_be(address))
        assert text(chromium, "h1") == "Page"
        found += len([one for one in asked if address.endswith(one)]) == 1
    return found


def test_chromium_shows_from_memory_what_has_status_200_and_nothing_else(
    chromium, not_stored, elsewhere
):
    """The first half is the fault itself: in a Chromium without it the second proves nothing."""
    address, asked = not_stored

    assert from_memory(chromium, f"{address}/200", elsewhere, asked, tries=10) > 0
    assert from_memory(chromium, f"{address}/{SHOWN_ONCE}", elsewhere, asked, tries=10) == 0


def test_chromium_shows_no_page_of_a_mailbox_from_memory(chromium, served, elsewhere):
    words = reporter.report(chromium, served.public, story="Help.")
    for _ in range(5):
        chromium.delete_all_cookies()
        reporter.come_back(chromium, served.public, words)
        assert "Your case" in text(chromium)
        chromium.find_element(By.LINK_TEXT, "Leave this page").click()
        browsers.waiting(chromium).until(url_to_be(elsewhere))
        chromium.back()
        browsers.waiting(chromium).until(url_contains(served.public))
        assert "Your case" not in text(chromium)


def test_a_refused_form_is_reloaded_and_left_backwards(browser, served):
    reporter.come_back(
        browser, served.public, ["ten words that open nothing", "at all in this house"]
    )
    for _ in range(2):
        assert "There is no mailbox for this code" in text(browser)
        browser.refresh()  # a browser that asked whether to send again would stop here
    browser.back()
    assert "Go back to your case" in text(browser)
    assert "There is no mailbox" not in text(browser)


def test_a_code_that_is_shown_once_can_be_reloaded_and_ends_with_signing_out(browser, served):
    desk.sign_in(browser, served.staff, served.player("coordinator"))
    browser.get(f"{served.staff}/people/invitation")
    field(browser, "Sign-in name").send_keys(f"new-{browser.name}")
    field(browser, "Name that colleagues see").send_keys(f"New in {browser.name}")
    choose(browser, "Responder")
    press(browser, "Invite")
    code = text(browser, ".code-letters")

    browser.refresh()
    assert text(browser, ".code-letters") == code

    press(browser, "Sign out", inside="header")
    browser.back()
    assert code not in browser.page_source


def test_what_a_partner_left_out_is_said_on_a_page_that_can_be_reloaded(browser, served):
    desk.sign_in(browser, served.partner, served.player("platform-lead"))
    press(browser, "R-")
    press(browser, "Send the decision")

    said = text(browser, ".error-summary")
    browser.refresh()
    assert text(browser, ".error-summary") == said


def test_the_way_out_of_the_public_pages_signs_no_staff_out(chromium, served, elsewhere):
    """Their hosts are neighbours, and any page may lead to the way out."""
    desk.sign_in(chromium, served.staff, served.player("responder"))
    before = {one["name"] for one in chromium.get_cookies()}

    chromium.get(f"{served.public}/leave")
    browsers.waiting(chromium).until(url_to_be(elsewhere))

    chromium.get(f"{served.staff}/duty")
    assert {"hd_staff_door", "hd_staff_device"} <= before
    assert before == {one["name"] for one in chromium.get_cookies()}
    assert chromium.current_url == f"{served.staff}/duty"
