"""On a phone of 360 by 800, who is in danger finds help at once, and a thumb hits what it means."""

import pytest
from selenium.webdriver.common.by import By

from tests.journeys import browser as browsers
from tests.journeys.browser import press

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LANGUAGES = ["en", "es", "fr", "ar", "pt"]
COMFORTABLE = 44
# Between two answers; what is nearer is hit by mistake.
APART = 5
ONE_LINE = 60  # of the bar
URGENT = ".exit .urgent"
ANSWERS = """
return [...document.querySelectorAll("main .choice")]
    .map(one => one.getBoundingClientRect())
    .filter(one => one.height)
    .map(one => [one.left, one.top, one.right, one.bottom]);
"""


@pytest.fixture
def phone(judge):
    browsers.look_as(judge, browsers.PHONE)
    return judge


def in_view(phone, css):
    """Whether this part is wholly on the screen, as the page is scrolled now."""
    return phone.execute_script(
        """
        const box = document.querySelector(arguments[0]).getBoundingClientRect();
        return box.height >= 44 && box.top >= 0 && box.bottom <= innerHeight
            && box.left >= 0 && box.right <= innerWidth;
        """,
        css,
    )


def too_near(answers):
    """Pairs of answers between which there is less room than a thumb needs."""
    return [
        (one, other)
        for at, one in enumerate(answers)
        for other in answers[at + 1 :]
        if max(one[0], other[0]) - min(one[2], other[2]) < APART
        and max(one[1], other[1]) - min(one[3], other[3]) < APART
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_urgent_help_is_on_the_first_screen_of_every_page_and_stays_there(phone, served, language):
    for page in ("", "/report", "/mailbox", "/help-now", "/report/received", "/no-such-page"):
        phone.get(f"{served.public}/{language}{page}")
        assert browsers.first_stop(phone) == phone.find_element(By.CSS_SELECTOR, ".leave").text
        assert in_view(phone, URGENT), page
        assert in_view(phone, ".leave"), page
        assert phone.find_element(By.CSS_SELECTOR, ".exit").rect["height"] <= ONE_LINE, page
        phone.execute_script("scrollTo(0, document.documentElement.scrollHeight)")
        assert in_view(phone, URGENT), page

    phone.get(f"{served.public}/{language}/")
    old = phone.find_element(By.TAG_NAME, "html")
    phone.find_element(By.CSS_SELECTOR, URGENT).click()
    browsers.until_next_page(phone, old)
    assert phone.current_url.endswith("/help-now")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_answers_are_large_enough_and_far_enough_apart(phone, served, language):
    phone.get(f"{served.public}/{language}/report")
    for kind in ("account-takeover", "intimate-images"):
        box = phone.find_element(By.CSS_SELECTOR, f'input[value="{kind}"]')
        phone.execute_script("arguments[0].checked = true", box)

    for to in ("2", "3", "4"):
        old = phone.find_element(By.TAG_NAME, "html")
        phone.find_element(By.CSS_SELECTOR, f'.actions button[value="{to}"]').click()
        browsers.until_next_page(phone, old)
        phone.execute_script(
            "document.querySelectorAll('main details').forEach(one => one.open = true)"
        )
        answers = phone.execute_script(ANSWERS)
        assert answers
        assert [one for one in answers if one[3] - one[1] < COMFORTABLE] == []
        assert too_near(answers) == []


def test_the_whole_code_is_on_one_screen(phone, served):
    phone.get(f"{served.public}/en/report")
    press(phone, "Continue")
    for _ in range(3):
        if not phone.find_elements(By.ID, "story"):
            press(phone, "Continue")
    box = phone.find_element(By.ID, "story")
    phone.execute_script("arguments[0].value = 'It happened.'", box)
    press(phone, "Send")

    code = phone.find_element(By.CSS_SELECTOR, ".code").rect

    assert code["height"] <= browsers.PHONE[1] * 0.6
    assert browsers.cut_off(phone) == []
