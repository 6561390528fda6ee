"""At 320 pixels, in English and in Arabic: nothing reaches over the edge, whatever people write."""

import pytest
from selenium.webdriver.common.by import By

from tests.journeys import browser as browsers
from tests.journeys import desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HANDLE = "@" + "a_name_without_an_end" * 6
LINK = "https://platform.example/" + "of/a/long/way/" * 12 + "x" * 120
ISOLATES = "\u2066\u2068\u2069"
WORDS = (
    f"{'سرقوا حسابي ' * 3}{LINK}\n{HANDLE} Donaudampfschifffahrtselektrizitätenhauptbetriebswerk"
)
FIELDS = "main textarea:not([tabindex='-1']), main input[type=text]:not([tabindex='-1'])"


def look(driver):
    """Nothing to push to and fro, and nothing that is cut off."""
    assert browsers.too_wide(driver) == [], driver.current_url
    assert browsers.cut_off(driver) == [], driver.current_url


def open_page(driver, address):
    driver.get(address)
    look(driver)


def go(driver, css):
    """Press what stands there, and look at the page it leads to."""
    old = driver.find_element(By.TAG_NAME, "html")
    part = driver.find_element(By.CSS_SELECTOR, css)
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", part)
    part.click()
    browsers.until_next_page(driver, old)
    look(driver)


def write(driver, css, words):
    driver.execute_script(
        "arguments[0].value = arguments[1]", driver.find_element(By.CSS_SELECTOR, css), words
    )


def write_everywhere(driver):
    """Into every field of words on the page; a field of one line takes less."""
    for part in driver.find_elements(By.CSS_SELECTOR, FIELDS):
        words = WORDS if part.tag_name == "textarea" else HANDLE
        driver.execute_script("arguments[0].value = arguments[1]", part, words)


def unfold(driver):
    driver.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
    look(driver)


def tick(driver, css):
    box = driver.find_element(By.CSS_SELECTOR, css)
    driver.execute_script("arguments[0].checked = true", box)


@pytest.fixture
def phone(judge):
    browsers.look_as(judge, browsers.NARROW)
    return judge


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_of_a_reporter_and_the_case_that_comes_of_it(phone, served, language):
    public = f"{served.public}/{language}"
    words, ref = _report(phone, public, language)
    _use_the_mailbox(phone, public, words)
    if language == "ar":
        _work_on_the_case(phone, served, ref)


def _report(phone, public, language):
    open_page(phone, f"{public}/")
    direction = phone.find_element(By.TAG_NAME, "html").get_dom_attribute("dir")
    assert direction == ("rtl" if language == "ar" else "ltr")
    for address in ("help-now", "no-such-page", "report/received", "results/none", "report"):
        open_page(phone, f"{public}/{address}")
    unfold(phone)
    tick(phone, 'input[value="account-takeover"]')
    go(phone, '.actions button[value="2"]')
    unfold(phone)
    write_everywhere(phone)
    go(phone, '.actions button[value="3"]')
    unfold(phone)
    write_everywhere(phone)
    go(phone, '.actions button[value="4"]')
    unfold(phone)
    write_everywhere(phone)
    for box in phone.find_elements(By.CSS_SELECTOR, 'input[name="consents"]'):
        phone.execute_script("arguments[0].checked = true", box)
    go(phone, '.actions button[value="send"]')
    unfold(phone)
    words = [item.text for item in phone.find_elements(By.CSS_SELECTOR, ".code-words li")]
    assert len(words) == 12
    return words, browsers.text(phone, ".panel bdi").strip(ISOLATES)


def _use_the_mailbox(phone, public, words):
    open_page(phone, f"{public}/mailbox")
    write(phone, "#code", f"{HANDLE} {LINK}")
    go(phone, ".actions button")
    write(phone, "#code", " ".join(words))
    go(phone, ".actions button")
    unfold(phone)
    go(phone, 'form[action$="/messages"] .actions button')
    write(phone, "#body", WORDS)
    go(phone, 'form[action$="/messages"] .actions button')
    unfold(phone)
    open_page(phone, f"{public}/mailbox/case/withdrawal")


def _work_on_the_case(phone, served, ref):
    desk.sign_in(phone, served.staff, served.player("responder"))
    browsers.press(phone, "Front line")
    look(phone)
    case = f"{served.staff}/cases/{ref}"
    open_page(phone, case)
    unfold(phone)
    assert HANDLE in browsers.text(phone)
    go(phone, 'form[action$="/assignment"] button')
    for noun in ("notes", "messages"):
        phone.get(case)
        write(phone, f'form[action$="/{noun}"] textarea', "")
        go(phone, f'form[action$="/{noun}"] .actions button')
        write(phone, f'form[action$="/{noun}"] textarea', WORDS)
        go(phone, f'form[action$="/{noun}"] .actions button')
        unfold(phone)
    for address in ("answers", "level", "history", "playbooks", "requests/new"):
        open_page(phone, f"{case}/{address}")
        unfold(phone)
    _write_a_request(phone, case)


def _write_a_request(phone, case):
    phone.get(f"{case}/requests/new")
    partner = phone.find_element(By.CSS_SELECTOR, 'input[name="partner"]').get_property("value")
    about = phone.find_element(By.CSS_SELECTOR, 'input[name="playbook"]').get_property("value")
    open_page(phone, f"{case}/requests/new?partner={partner}&ask=review&playbook={about}")
    write_everywhere(phone)
    go(phone, "main form .actions button")
