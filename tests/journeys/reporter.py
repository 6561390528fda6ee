"""What a reporter does in a browser, page by page. Every page that opens is shown to `look`."""

from selenium.webdriver.common.by import By

from tests.journeys.browser import choose, field, press, text


def nothing(_browser):
    """For those who only want to get through."""


def report(browser, public, *, story="", platform="", consents=(), answers=(), look=nothing):
    """Report a stolen account; gives the words of the return code as they are shown."""
    browser.get(public)
    look(browser)
    press(browser, "Choose from a list")
    look(browser)
    choose(browser, "Someone else is using my account")
    press(browser, "Continue")
    look(browser)
    for answer in answers:
        choose(browser, answer)
    press(browser, "Continue")
    look(browser)
    if platform:
        choose(browser, platform)
    press(browser, "Continue")
    look(browser)
    field(browser, "What happened?").send_keys(story)
    for consent in consents:
        choose(browser, consent)
    press(browser, "Send")
    look(browser)
    return code_words(browser)


def code_words(browser):
    """The words of the code, if the page shows one."""
    return [item.text for item in browser.find_elements(By.CSS_SELECTOR, ".code-words li")]


def come_back(browser, public, words, look=nothing):
    """Open the mailbox with the words of a code."""
    browser.get(public)
    press(browser, "I have a return code")
    look(browser)
    field(browser, "Your return code").send_keys(" ".join(words))
    press(browser, "Open my mailbox")
    look(browser)


def write(browser, words, look=nothing):
    """Write a message into the mailbox."""
    field(browser, "Write to us").send_keys(words)
    press(browser, "Send")
    look(browser)


def case_ref(browser):
    """What the case is called, from the receipt that is open."""
    return text(browser, ".panel").split("reference is ")[1].split(".")[0].strip("\u2066\u2069")


def receipt_letters(browser):
    """The other form of the code, from the receipt that is open."""
    return text(browser, ".code-letters").split()
