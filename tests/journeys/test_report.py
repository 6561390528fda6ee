"""A reporter with scripts off: the report, the receipt, and the way back with the code."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import url_to_be

from tests.journeys import browser as browsers
from tests.journeys import reporter
from tests.journeys.browser import field, first_stop, press, text

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STORY = "Since this morning somebody else writes in my name.\nMy friends get strange links."
LARGEST = 50_000


@pytest.fixture(params=["chromium", "firefox"])
def browser(request):
    """Both browsers of the public side; scripts are off in both."""
    return request.getfixturevalue(request.param)


def the_way_out_comes_first(driver):
    assert first_stop(driver) == "Leave this page"


def test_somebody_reports_and_comes_back_with_the_code(browser, served):
    words = reporter.report(
        browser,
        served.public,
        story=STORY,
        answers=["Yes, now"],
        consents=["You may work on my case and help me"],
        look=the_way_out_comes_first,
    )
    assert len(words) == 12
    letters = reporter.receipt_letters(browser)
    assert len("".join(letters)) == 26

    reporter.come_back(browser, served.public, words, look=the_way_out_comes_first)
    assert "received your report" in text(browser)

    reporter.write(browser, "They changed the picture, too.", look=the_way_out_comes_first)
    assert "You sent us a message on" in text(browser)
    assert "They changed the picture" not in text(browser)
    assert STORY.splitlines()[0] not in browser.page_source

    press(browser, "Leave the mailbox")
    browser.get(f"{served.public}/mailbox/case")
    assert "Your case" not in text(browser)
    reporter.come_back(browser, served.public, letters)
    assert "You sent us a message on" in text(browser)


def test_whoever_leaves_cannot_be_followed_back(browser, served, elsewhere):
    words = reporter.report(browser, served.public, story=STORY)
    reporter.come_back(browser, served.public, words)

    browser.find_element(By.LINK_TEXT, "Leave this page").click()
    browsers.waiting(browser).until(url_to_be(elsewhere))
    browser.back()

    assert "Your case" not in browser.page_source


def test_the_receipt_can_be_reloaded_and_ends_when_one_leaves(browser, served, elsewhere):
    words = reporter.report(browser, served.public, story=STORY)
    browser.refresh()  # a browser that asked whether to send again would stop here
    assert reporter.code_words(browser) == words

    browser.find_element(By.LINK_TEXT, "Leave this page").click()
    browsers.waiting(browser).until(url_to_be(elsewhere))
    browser.back()
    assert reporter.code_words(browser) == []
    browser.refresh()
    assert reporter.code_words(browser) == []
    assert not set(words) <= set(text(browser).split())


def test_the_browsers_back_and_reload_ask_nothing_and_keep_what_was_typed(browser, served):
    browser.get(f"{served.public}/report")
    press(browser, "Continue")
    browsers.choose(browser, "Yes, it could happen")
    press(browser, "Continue")
    press(browser, "Continue")
    field(browser, "What happened?").send_keys(STORY)
    press(browser, "Back")
    assert "3 / 4" in text(browser)

    browser.back()
    assert "4 / 4" in text(browser)
    assert field(browser, "What happened?").get_property("value") == STORY
    browser.refresh()
    assert field(browser, "What happened?").get_property("value") == STORY
    browser.back()
    assert "3 / 4" in text(browser)
    browser.back()
    assert "Yes, it could happen" in text(browser)


def test_a_report_without_a_word_keeps_what_was_chosen(browser, served):
    browser.get(f"{served.public}/report")
    press(browser, "Continue")
    browsers.choose(browser, "Yes, it could happen")
    press(browser, "Continue")
    press(browser, "Continue")
    press(browser, "Send")

    summary = browser.find_element(By.CSS_SELECTOR, ".error-summary")
    target = summary.find_element(By.TAG_NAME, "a").get_dom_attribute("href").lstrip("#")
    assert browser.find_element(By.ID, target).is_displayed()
    browser.find_element(By.XPATH, "//summary[contains(., 'Check your answers')]").click()
    assert "Yes, it could happen" in text(browser)

    field(browser, "What happened?").send_keys(STORY)
    press(browser, "Send")
    assert "Report sent" in text(browser)


def test_a_wrong_code_opens_nothing_and_stays_on_the_page(browser, served):
    reporter.come_back(
        browser, served.public, ["some words that open nothing", "at all in this house"]
    )

    assert "There is no mailbox for this code" in text(browser)
    assert "some words that open nothing at all in this house" in field(
        browser, "Your return code"
    ).get_property("value")


def test_printed_the_sheet_with_the_code_says_nothing_of_what_it_is(judge, served):
    words = reporter.report(judge, served.public, story=STORY, answers=["Yes, now or within a day"])
    letters = reporter.receipt_letters(judge)

    judge.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    printed = judge.execute_script("return document.body.innerText").split()
    judge.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})

    assert printed == [*words, *letters]
    assert judge.title == "List"
    press(judge, "I have written it down")
    judge.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    advice = judge.execute_script("return document.body.innerText")
    judge.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert "should go to people they trust" in advice
    assert not {*letters} & {*advice.split()}


def test_the_tab_key_reaches_the_way_out_first(browser, served):
    browser.get(served.public)
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)

    assert browser.switch_to.active_element.text == "Leave this page"


def test_reading_what_to_do_in_danger_leaves_no_cookie(browser, served):
    browser.get(f"{served.public}/help-now")

    assert browser.get_cookies() == []


def test_the_first_page_leaves_the_cookie_of_its_form_and_no_other(browser, served):
    browser.get(served.public)

    assert [one["name"] for one in browser.get_cookies()] == ["hd_public_form"]


def test_axe_finds_nothing_on_the_public_pages_and_they_are_light(judge, served):
    def examine(driver):
        for size in (browsers.NARROW, browsers.DESKTOP):
            for dark in (False, True):
                browsers.look_as(driver, size, dark=dark)
                assert browsers.violations(driver) == [], driver.current_url
                assert browsers.too_wide(driver) == [], driver.current_url
        size, origins = browsers.weight(driver)
        assert size <= LARGEST, driver.current_url
        assert origins == [served.public]

    judge.get(f"{served.public}/help-now")
    examine(judge)
    judge.get(f"{served.public}/no-such-page")
    examine(judge)
    reporter.come_back(judge, served.public, ["wrong"], look=examine)
    words = reporter.report(judge, served.public, story=STORY, look=examine)
    reporter.come_back(judge, served.public, words, look=examine)
    press(judge, "Withdraw the whole case")
    examine(judge)
