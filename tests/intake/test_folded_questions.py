"""The second page is short: what can wait is folded away, and never what was typed there."""

import re

import pytest

from helpdesk.intake import report
from helpdesk.playbooks.answers import implied, red_flags
from helpdesk.playbooks.repository import the_library
from tests.intake.test_reports import go_to, send

LIBRARY = the_library()
PAGES = report.kinds_of_trouble(LIBRARY)
FOLD = re.compile(
    r"<details( open)?>\s*<summary><span class=\"summary-text\">([^<]*)(.*?)</details>", re.DOTALL
)
WAIT = "3 more questions that can wait"
LIST = "Show the list"


def folds(browser):
    """The words of what can be unfolded, each with whether it is open."""
    return {words: bool(is_open) for is_open, words, _rest in FOLD.findall(browser.text)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_no_level_hangs_on_what_can_wait(page):
    waiting = report.questions_that_can_wait(LIBRARY, [page])
    points = set(LIBRARY.decision_questions)

    for question in page.questions:
        for option in question.options if question.id in waiting else ():
            answers = {question.id: option.id}
            assert implied(page, answers).keys().isdisjoint(points), question.id
            assert red_flags(page, answers) == red_flags(page, {}), question.id


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_what_is_most_a_page_s_own_stays_in_sight(page):
    own = [one.id for one in page.questions if one.id not in LIBRARY.decision_questions]

    shown = {one.id for one in page.questions} - report.questions_that_can_wait(LIBRARY, [page])

    assert shown & set(own[:2])
    assert "platform" in shown or "platform" not in own


def test_what_can_wait_is_folded_and_so_is_a_long_list(browser):
    go_to(browser, 2)

    assert folds(browser) == {LIST: False, WAIT: False}
    asked = browser.text.index('name="q_inside"')
    assert asked < browser.text.index(WAIT) < browser.text.index('name="q_typed"')


def test_what_was_answered_is_in_sight_when_somebody_comes_back(browser):
    go_to(browser, 3, own={"q_whose": "mine", "q_platform": "google"})

    browser.send("/report", button=("to", "2"))

    assert folds(browser) == {LIST: True, WAIT: True}
    assert {("q_whose", "mine"), ("q_platform", "google")} <= set(browser.form("/report").fields)


def test_what_is_wrong_in_there_is_in_sight_and_can_be_reached(browser):
    go_to(browser, 3, first={"what": "arrest-detention"}, own={})

    send(browser, {"q_arrest_since": "x" * 501})

    assert browser.status == 422
    assert folds(browser)["4 more questions that can wait"]
    assert 'href="#q_arrest_since"' in browser.text
    assert ("q_arrest_since", "x" * 501) in browser.form("/report").fields


def test_one_question_by_itself_is_not_folded_away():
    assert (
        report.questions_that_can_wait(LIBRARY, [LIBRARY.playbook("intimate-images")])
        == frozenset()
    )
