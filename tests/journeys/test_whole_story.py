"""One stolen account, from the first word to the last, through every door; nothing is pretended."""

import pytest
from selenium.webdriver.common.by import By

from tests.journeys import desk, reporter
from tests.journeys.browser import choose, examine, field, press, text

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STORY = "Since this morning somebody writes in my name, and my friends get strange links."
RESTORE_ADDRESS = "Address to return the account to"
FIRST_WORDS = "Thank you for telling us. Please do not answer the stranger. I will write again."
QUESTION = "On which day did the owner last sign in?"
ANSWER = "Two days before the first sign, in the evening."
NOTE = "The owner signs in with the new address from now on."

EVIDENCE = {
    "ownership-statement": "Confirmed by voice by a colleague who runs the account with them.",
    "profile-url": "https://platform.example/stolen",
    "first-sign": "2026-11-20 08:00",
    "last-good": "2026-11-18 19:00",
    "changes-seen": "The name and the picture.",
    "form-receipt": "FORM-0001",
    "note": "They told us so in the mailbox.",
    "harm-statement": "People who write to this account could be found by those who threaten them.",
}

BEFORE_ASKING = {
    "Send a first reply": "I have sent a reply",
    "Agree a safe way to talk": "We will stay in the mailbox",
    "Ask about danger again": "There is no danger that they know of",
    "Ask what they agree to": "They want our help",
    "Start confirming who is asking": "Someone we trust has confirmed them",
    "Check the answers we assumed": "The answers are correct now",
    "Rule out a harmless cause": "Someone else is or was in it",
    "Confirm whose account it is": "They own it, or can act for the owner",
    "Use the device that is still signed in": "No device was still signed in",
    "Secure the recovery email account first": "They have lost the email account too",
    "Save the evidence before it is overwritten": "They are saved",
    "Fill in the platform’s own form": "It was sent, and we have a reference number",
    "Warn the people who trust this account": "The closest people have been warned",
    "Secure the roles on a shared page": "Only people they trust have roles",
    "Write down what the platform needs to know": "It is written down",
}

AFTER_THE_ANSWER = {
    "Ask the platform’s trust team": "The request is on its way",
    "Keep asking": "The account is theirs again",
    "Clean up once the account is back": "Done",
    "Check the sign-ins once a week for a month": "We have agreed a day",
    "Sum up what happened": "They see it the same way",
    "Choose what will make an attack harder next time": "They have chosen",
    "Ask how they are, and check how you are": "They are doing all right",
    "Agree what is kept and for how long": "They have no preference",
    "Set a day to check in": "We have agreed a day",
    "Write down one lesson": "Nothing new this time",
    "Say how this ended": "The account is in the right hands again",
}


@pytest.mark.parametrize(("name", "look"), [("chromium", None), ("judge", examine)])
def test_a_stolen_account_is_reported_worked_on_answered_and_confirmed(
    request, served, second_chromium, name, look
):
    browser = request.getfixturevalue(name)
    look = look or reporter.nothing

    words, ref = _somebody_reports(browser, served, look)
    _a_responder_takes_it(browser, served, ref, look)
    request_ref = _a_request_is_written(browser, look)
    _a_second_person_lets_it_leave(second_chromium, served, request_ref)
    _the_partner_acknowledges_and_asks(browser, served, request_ref, look)
    _the_responder_answers(browser, served, ref, request_ref, look)
    _a_second_person_sends_the_answer(second_chromium, served, request_ref)
    _the_partner_decides(browser, served, request_ref, look)
    _the_reporter_confirms(browser, served, words, look)
    _the_case_is_closed(browser, served, ref, look)
    _the_reporter_sees_the_end(browser, served, look)


def _somebody_reports(browser, served, look):
    words = reporter.report(
        browser,
        served.public,
        story=STORY,
        platform="Instagram (Meta)",
        answers=["Yes, it could happen", "Yes, now"],
        consents=["You may work on my case and help me", "Instagram (Meta)"],
        look=look,
    )
    return words, reporter.case_ref(browser)


def _a_responder_takes_it(browser, served, ref, look):
    desk.sign_in(browser, served.staff, served.player("responder"))
    look(browser)
    press(browser, "Front line")
    look(browser)
    # Not by its row: other journeys may have filled the list before it.
    browser.get(f"{served.staff}/cases/{ref}")
    assert STORY in text(browser)
    press(browser, "Take this case")
    look(browser)
    field(browser, "Message to the reporter").send_keys(FIRST_WORDS)
    press(browser, "Send the message")
    assert FIRST_WORDS in text(browser)
    press(browser, "Start the playbook: Someone else is using my account")
    look(browser)


def _a_request_is_written(browser, look):
    desk.work_through(
        browser, BEFORE_ASKING, EVIDENCE, until="Ask the platform’s trust team", look=look
    )
    press(browser, "Write the request")
    look(browser)
    choose(browser, "Drill trust team")
    choose(browser, "Give the account back to its owner")
    press(browser, "Continue")
    look(browser)
    field(browser, "What happened").send_keys("A page that looked right took a password.")
    field(browser, RESTORE_ADDRESS).send_keys("owner@group.example")
    press(browser, "Check what will be sent")
    look(browser)
    assert "A second person, who wasn’t involved" in text(browser)
    return text(browser, "h1")


def _a_second_person_lets_it_leave(browser, served, request_ref):
    desk.sign_in(browser, served.staff, served.player("coordinator"))
    press(browser, "Approvals", inside="header")
    press(browser, request_ref)
    assert EVIDENCE["harm-statement"] in text(browser)
    press(browser, "Approve and send exactly this")
    assert "Approve and send exactly this" not in text(browser)


def _the_partner_acknowledges_and_asks(browser, served, request_ref, look):
    desk.sign_in(browser, served.partner, served.player("platform-agent"))
    desk.reload_until(browser, request_ref)
    look(browser)
    press(browser, request_ref)
    look(browser)
    assert EVIDENCE["harm-statement"] in text(browser)
    assert STORY not in text(browser)
    press(browser, "Acknowledge")
    browser.find_element(By.TAG_NAME, "summary").click()
    field(browser, "What do you need to know?").send_keys(QUESTION)
    press(browser, "Send the question")
    look(browser)


def _the_responder_answers(browser, served, ref, request_ref, look):
    browser.get(f"{served.staff}/cases/{ref}")
    press(browser, request_ref)
    desk.reload_until(browser, QUESTION)
    look(browser)
    field(browser, "Our answer").send_keys(ANSWER)
    press(browser, "Ask a second person to send it")
    assert ANSWER in text(browser)
    look(browser)


def _a_second_person_sends_the_answer(browser, served, request_ref):
    browser.get(f"{served.staff}/approvals")
    press(browser, request_ref)
    assert ANSWER in text(browser)
    press(browser, "Send exactly this answer")
    assert "Send exactly this answer" not in text(browser)


def _the_partner_decides(browser, served, request_ref, look):
    browser.get(f"{served.partner}/requests/{request_ref}")
    desk.reload_until(browser, ANSWER)
    choose(browser, "Access was given back to the owner")
    choose(browser, "Someone had taken it over, which breaks our rules")
    field(browser, "Anything that helps us explain it").send_keys(NOTE)
    press(browser, "Send the decision")
    look(browser)


def _the_reporter_confirms(browser, served, words, look):
    reporter.come_back(browser, served.public, words, look=look)
    assert FIRST_WORDS in text(browser)
    press(browser, "Say if it")
    assert "They gave the account back" in text(browser)
    assert EVIDENCE["harm-statement"] in text(browser)
    look(browser)
    choose(browser, "Yes, it’s fixed")
    press(browser, "Send my answer")
    look(browser)


def _the_case_is_closed(browser, served, ref, look):
    browser.get(f"{served.staff}/cases/{ref}")
    assert NOTE not in text(browser)
    press(browser, "Ask the platform’s trust team")
    desk.work_through(browser, AFTER_THE_ANSWER, EVIDENCE)
    browser.get(f"{served.staff}/cases/{ref}")
    browser.find_element(By.XPATH, "//summary[contains(., 'Close this case')]").click()
    choose(browser, "Resolved")
    press(browser, "Close the case")
    look(browser)


def _the_reporter_sees_the_end(browser, served, look):
    browser.get(served.public)
    press(browser, "I have a return code")  # the mailbox is still open
    assert "Your case is closed. It was solved." in text(browser)
    look(browser)
