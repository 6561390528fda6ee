"""Somebody new: invited, enrolled, let in by a colleague, and back after losing the passphrase."""

import pytest

from helpdesk.core.actors import Role
from helpdesk.drill.sign_in_sheet import DrillAccount
from tests.journeys import desk
from tests.journeys.browser import choose, examine, field, press, text, texts

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAME = "Sample Colleague"
HANDLE = "sample.colleague"
PASSPHRASE = "a long sentence that nobody else would think of"
ANOTHER = "another long sentence that nobody would think of"


def test_somebody_new_enrols_is_let_in_and_comes_back_with_the_recovery_key(
    served, judge, chromium
):
    code = _a_coordinator_invites(chromium, served)
    newcomer, recovery_key = _they_enrol(judge, served, code)
    words = _they_see_nothing_yet(judge, served, newcomer)
    _a_colleague_lets_them_in(chromium, served, words)
    _now_they_see_the_queue(judge, served)
    _they_come_back_without_their_passphrase(judge, served, newcomer, recovery_key)


def _a_coordinator_invites(browser, served):
    desk.sign_in(browser, served.staff, served.player("coordinator"))
    press(browser, "People", inside="header")
    press(browser, "Invite someone")
    field(browser, "Sign-in name").send_keys(HANDLE)
    field(browser, "Name that colleagues see").send_keys(NAME)
    choose(browser, "Responder")
    choose(browser, "Front line")
    press(browser, "Invite")
    assert NAME in text(browser, "h1")
    return text(browser, ".code-letters")


def _they_enrol(browser, served, code):
    browser.get(served.staff)
    press(browser, "I have an enrolment code")
    examine(browser)
    field(browser, "Your enrolment code").send_keys(code)
    press(browser, "Continue")
    examine(browser)
    _suggestion, seed = texts(browser, ".code-letters")
    newcomer = DrillAccount(HANDLE, NAME, Role.RESPONDER, "", PASSPHRASE, seed.replace(" ", ""), "")
    field(browser, "Type the seven words above").send_keys(PASSPHRASE)
    field(browser, "Type it again").send_keys(PASSPHRASE)
    field(browser, "six digits").send_keys("000000")
    press(browser, "Enrol")
    assert "There is a problem" in text(browser)
    examine(browser)

    field(browser, "Type the seven words above").send_keys(PASSPHRASE)
    field(browser, "Type it again").send_keys(PASSPHRASE)
    field(browser, "six digits").clear()
    field(browser, "six digits").send_keys(desk.fresh_code(newcomer))
    press(browser, "Enrol")
    examine(browser)
    return newcomer, text(browser, ".code-letters")


def _they_see_nothing_yet(browser, served, newcomer):
    desk.sign_in(browser, served.staff, newcomer)
    examine(browser)
    assert "Take the next case" not in text(browser)
    press(browser, "Your teams", inside="header")
    examine(browser)
    return text(browser, ".code-letters")


def _a_colleague_lets_them_in(browser, served, words):
    # Whoever gave the code lets nobody in with it.
    browser.delete_all_cookies()
    desk.sign_in(browser, served.staff, served.player("responder"))
    press(browser, "Your teams", inside="header")
    assert words in texts(browser, ".code-letters")
    press(browser, "The words match: give them access")
    assert words not in texts(browser, ".code-letters")


def _now_they_see_the_queue(browser, served):
    press(browser, "Duty", inside="header")
    press(browser, "Front line")
    assert "Front line" in text(browser, "h1")
    examine(browser)
    press(browser, "Sign out", inside="header")
    examine(browser)


def _they_come_back_without_their_passphrase(browser, served, newcomer, recovery_key):
    browser.get(served.staff)
    press(browser, "I have lost my passphrase")
    examine(browser)
    field(browser, "Your sign-in name").send_keys(newcomer.handle)
    field(browser, "Your recovery key").send_keys(recovery_key)
    field(browser, "Type the seven words above").send_keys(ANOTHER)
    field(browser, "Type it again").send_keys(ANOTHER)
    field(browser, "six digits").send_keys(desk.fresh_code(newcomer))
    press(browser, "Set the new passphrase")
    examine(browser)
    assert text(browser, ".code-letters") != recovery_key

    browser.get(served.staff)
    field(browser, "Your sign-in name").send_keys(newcomer.handle)
    field(browser, "Your passphrase").send_keys(PASSPHRASE)
    press(browser, "Continue")
    assert "There is a problem" in text(browser)
    examine(browser)
    field(browser, "Your passphrase").send_keys(ANOTHER)
    press(browser, "Continue")
    assert "six digits" in text(browser)
