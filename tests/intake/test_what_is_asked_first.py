"""What is asked before a report is sent: what can change the level, and whose platform it is. The
rest waits in the mailbox."""

import itertools
import re

import pytest

from helpdesk.intake import report_form_rules
from helpdesk.intake.forms import ReportFormSteps
from helpdesk.playbooks.answer_evaluation import implied_decision_answers, raised_red_flags
from helpdesk.playbooks.conditions import names_in
from helpdesk.playbooks.library import PLATFORM_QUESTION
from helpdesk.playbooks.repository import load_current_library
from tests.intake.test_reports import FIRST, go_to

LIBRARY = load_current_library()
PAGES = report_form_rules.incident_kinds(LIBRARY)
LIST = "Show the list"
FOLD = re.compile(
    r"<details( open)?>\s*<summary><span class=\"summary-text\">([^<]*)(.*?)</details>", re.DOTALL
)


def folds(browser):
    """The words of what can be unfolded, each with whether it is open."""
    return {words: bool(is_open) for is_open, words, _rest in FOLD.findall(browser.text)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_no_level_hangs_on_what_is_asked_later(page):
    later = report_form_rules.deferred_questions(LIBRARY, [page.id])
    points = set(LIBRARY.decision_questions)

    for question in later:
        for option in question.options:
            answers = {question.id: option.id}
            assert implied_decision_answers(page, answers).keys().isdisjoint(points), question.id
            floors = [one for one in raised_red_flags(page, answers) if one.floor]
            assert floors == [one for one in raised_red_flags(page, {}) if one.floor], question.id


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_nothing_is_asked_before_that_decides_nothing(page):
    decides = {*LIBRARY.decision_questions, PLATFORM_QUESTION}
    decides |= {name for one in page.red_flags if one.floor for name in names_in(one.when)}
    decides |= {one.id for one in page.questions for option in one.options if option.sets}

    asked = {one.id for one in report_form_rules.urgency_questions(LIBRARY, [page])}

    assert asked == {one.id for one in page.questions} & decides


@pytest.mark.parametrize("kinds", list(itertools.pairwise(page.id for page in PAGES)))
def test_each_question_is_asked_once_before_or_later(kinds):
    before = report_form_rules.urgency_questions(
        LIBRARY, report_form_rules.playbooks_to_ask(LIBRARY, kinds)
    )
    later = report_form_rules.deferred_questions(LIBRARY, kinds)

    asked = [one.id for one in (*before, *later)]
    assert len(asked) == len(set(asked))
    whole = {one.id for kind in kinds for one in LIBRARY.playbook(kind).questions}
    assert set(asked) == whole - {report_form_rules.STORY, *report_form_rules.CONTACT}


def test_the_five_stand_on_a_page_of_their_own_and_their_examples_are_folded(browser):
    go_to(browser, 2)

    names = list(dict.fromkeys(re.findall(r'name="(q_\w+)"', browser.text)))
    assert names == [f"q_{one}" for one in LIBRARY.decision_questions]
    assert browser.text.count('<details class="examples">') == 5


def test_a_long_list_is_folded_and_what_was_picked_stands_above_it(browser):
    go_to(browser, 3)
    assert folds(browser) == {LIST: False}

    browser.send("/report", button=("to", "4"), answers={"q_platform": "google"})
    browser.send("/report", button=("to", "3"))

    assert folds(browser) == {LIST: False}
    assert browser.text.index('value="google" checked') < browser.text.index(LIST)
    assert browser.text.count('value="google"') == 1
    assert ("q_platform", "google") in browser.form("/report").fields


@pytest.mark.parametrize(
    ("words", "service"),
    [
        ("my insta got hacked", "instagram"),
        ("me robaron el insta ayer", "instagram"),
        ("ils sont entrés dans mon compte Gmail", "google"),
        ("hackearam o meu Instagram!!", "instagram"),
        ("سرقوا حسابي على الفيسبوك", "facebook"),
        ("my facebook, then my whatsapp", None),
        ("I googled it, no signal, an apple a day", None),
        ("someone is in my account", None),
    ],
)
def test_a_service_named_in_their_own_words_need_not_be_picked_again(browser, words, service):
    go_to(browser, 2, first=FIRST | {"story": words, "looked": words})
    browser.send("/report", button=("to", "3"))

    picked = re.findall(r'name="q_platform" value="([\w-]+)" checked', browser.text)
    assert picked == ([service] if service else [])
    if service:
        browser.send("/report", button=("to", "4"), answers={"q_platform": "unsure"})
        browser.send("/report", button=("to", "3"))
        assert re.findall(r'name="q_platform" value="([\w-]+)" checked', browser.text) == ["unsure"]


def test_who_does_not_know_ticks_nothing_where_a_tick_can_be_taken_away(browser):
    go_to(browser, 3)

    boxes = re.findall(r'type="checkbox"[^>]*name="q_\w+" value="(\w+)"', browser.text)
    assert boxes
    assert "unsure" not in boxes
    assert 'value="unsure"' in browser.text


def test_a_page_without_a_question_is_passed_over_in_both_directions(browser, monkeypatch):
    monkeypatch.setattr(ReportFormSteps, "questions_on", lambda _self, number: [])
    go_to(browser, 3)

    assert "Page 4 of 4" in browser.text
    browser.send("/report", button=("to", "3"))
    assert "Page 2 of 4" in browser.text
