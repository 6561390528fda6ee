"""What happened: found by plain words or in the list, more than one thing; no trace of looking."""

import logging
import re

import pytest
from sqlalchemy import func, select

from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case
from helpdesk.cases.report_content import answers_of, story_of
from helpdesk.core.history import HistoryEntry
from helpdesk.core.outbox import OutboxJob
from helpdesk.intake import report_form_rules
from helpdesk.playbooks.repository import load_current_library
from helpdesk.playbooks.several_kinds_of_trouble import SOMETHING_ELSE
from helpdesk.triage.models import LevelEvaluation
from tests.intake.searches import SEARCHES
from tests.intake.test_reports import cases, go_to, send

LIBRARY = load_current_library()
BOX = re.compile(r'<input type="checkbox" id="(what-\d+)" name="what" value="([^"]+)"')


def look(browser, words, **kwargs):
    return browser.send("/report", button=("to", "1"), answers={"story": words} | kwargs)


def boxes(text):
    return [kind for _id, kind in BOX.findall(text)]


def above_the_list(browser):
    """What stands before the rest of the list is folded away."""
    return boxes(browser.text.partition("<details")[0])


def test_every_kind_of_trouble_can_be_ticked_once_and_few_lie_under_each_heading(browser):
    browser.open("/report")

    assert above_the_list(browser) == []
    for heading in browser.text.split("<details")[1:-1]:
        assert 1 <= len(boxes(heading.partition("</details>")[0])) <= 4
    assert SOMETHING_ELSE in boxes(
        browser.text.rpartition("<details")[0].rpartition("</details>")[2]
    )
    assert sorted(boxes(browser.text)) == sorted(page.id for page in LIBRARY.playbooks)
    ids = [place for place, _kind in BOX.findall(browser.text)]
    assert len(ids) == len(set(ids))


def test_words_bring_the_likely_kinds_to_the_top_and_leave_the_rest_in_reach(browser):
    browser.open("/report")

    look(browser, "my account was hacked!")

    assert browser.status == 200
    assert above_the_list(browser)[0] == "account-takeover"
    assert SOMETHING_ELSE in above_the_list(browser)
    assert sorted(boxes(browser.text)) == sorted(page.id for page in LIBRARY.playbooks)
    assert ("story", "my account was hacked!") in browser.form("/report").fields


@pytest.mark.parametrize(("words", "kind"), SEARCHES.items())
def test_what_comes_to_mind_first_leads_to_the_right_kind(browser, words, kind):
    browser.open("/report")

    look(browser, words)

    assert above_the_list(browser)[0] == kind


def test_who_writes_of_despair_reads_no_such_words_of_others_as_an_example(browser):
    browser.open("/report")
    look(browser, "my account was hacked")
    assert "“" in browser.text

    look(browser, "I want to die, he hits me and my child")
    examples = browser.text.split("“")[1:]
    assert not [one for one in examples if "die" in one.split("”")[0]]


def test_nothing_found_is_no_fault(browser):
    browser.open("/report")

    look(browser, "?!?")

    assert browser.status == 200
    assert "Choose from the list" in browser.text
    assert "error-summary" not in browser.text
    assert above_the_list(browser) == [*LIBRARY.collection.common, SOMETHING_ELSE]
    assert len(LIBRARY.collection.common) <= 7


def test_looking_again_keeps_what_was_ticked_and_in_sight(browser):
    browser.open("/report")

    look(browser, "locked out", what=["doxing", "account-takeover"])
    assert ("what", "doxing") in browser.form("/report").fields
    look(browser, "?!?")

    fields = browser.form("/report").fields
    assert {("what", "doxing"), ("what", "account-takeover")} <= set(fields)
    assert {"doxing", "account-takeover"} <= set(above_the_list(browser))


def test_the_enter_key_looks_and_does_not_go_on(browser):
    browser.open("/report")

    first, *_others = re.findall(r'<button[^>]*name="to"[^>]*>', browser.text)

    assert 'value="1"' in first


def test_who_typed_words_and_ticked_nothing_is_shown_what_was_found_before_going_on(browser):
    browser.open("/report")

    browser.send("/report", button=("to", "2"), answers={"story": "they took my phone"})
    assert browser.status == 200
    assert above_the_list(browser)[0] == "device-lost-seized"
    browser.send("/report", button=("to", "2"))

    assert "Page 2 of 4" in browser.text


def test_words_that_find_nothing_stop_nobody(browser):
    browser.open("/report")

    browser.send("/report", button=("to", "2"), answers={"story": "?!?"})

    assert "Page 2 of 4" in browser.text


def test_the_words_are_the_story_and_stand_nowhere_else(house, browser, caplog):
    caplog.set_level(logging.DEBUG)
    marker = "zanzibarquux hacked"

    browser.open("/report")
    look(browser, marker, what=["account-takeover"])
    browser.send("/report", button=("to", "2"))
    assert ("story", marker) in browser.form("/report").fields
    browser.send("/report", button=("to", "3"))
    browser.send("/report", button=("to", "4"))
    assert ("story", marker) in browser.form("/report").fields
    send(browser, {})

    assert browser.status == 200
    assert marker not in browser.text
    assert "zanzibarquux" not in caplog.text
    assert "zanzibarquux" not in str(browser.answer.headers)
    with house.inside() as work:
        for table in (HistoryEntry.details, OutboxJob.arguments, LevelEvaluation.rule):
            for row in work.session.scalars(select(table)):
                assert "zanzibarquux" not in str(row)
        [case] = work.session.scalars(select(Case))
        assert "zanzibarquux" not in str(answers_of(work, case))
        assert story_of(work, case) == marker


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", "\x00", "🙈" * 500, "x" * 90_000])
def test_strange_words_are_only_words(browser, words):
    browser.open("/report")

    look(browser, words)

    assert browser.status == 200
    assert "<script" not in browser.text


TWO = {"what": ["account-takeover", "arrest-detention"]}


def test_two_kinds_are_asked_about_together_danger_first_and_each_question_once(browser):
    browser.open("/report")
    browser.send("/report", button=("to", "2"), answers=TWO)

    asked = re.findall(r'name="(q_\w+)"', browser.text)
    in_order = list(dict.fromkeys(asked))
    assert in_order[:5] == ["q_danger", "q_hold", "q_reach", "q_clock", "q_capacity"]
    browser.send("/report", button=("to", "3"))
    own = dict.fromkeys(re.findall(r'name="(q_\w+)"', browser.text))
    assert {"q_way_in", "q_arrest_devices", "q_platform"} <= set(own) - set(in_order[:5])
    browser.send("/report", button=("to", "2"))
    legends = re.findall(r"<legend>(.*?)</legend>", browser.text, re.S)
    assert len(legends) == len(set(legends))
    assert LIBRARY.question("hold").ask.text in browser.text


def test_one_kind_is_asked_about_in_its_own_words(browser):
    browser.open("/report")
    browser.send("/report", button=("to", "2"), answers={"what": "account-takeover"})

    assert "Is someone else using the account now?" in browser.text


def test_a_case_about_two_things_has_the_more_pressing_one_first(house, browser):
    go_to(
        browser,
        4,
        first=TWO,
        own={"q_danger": "none_known", "q_hold": "ended", "q_arrest_state": "held_unknown"},
    )

    send(browser, {"story": "Both."})

    [case] = cases(house)
    assert case.kinds == ("arrest-detention", "account-takeover")
    assert case.level is Level.IMMEDIATE
    with house.inside() as work:
        entry = work.session.scalar(
            select(HistoryEntry).where(HistoryEntry.action == "case.submitted")
        )
        assert entry.details["about"] == ["arrest-detention", "account-takeover"]


def test_kinds_that_press_alike_stay_in_the_order_of_the_page(house, browser):
    go_to(browser, 4, first={"what": ["website-down", "doxing"]}, own={})

    send(browser, {"story": "Both."})

    [case] = cases(house)
    assert case.kinds == ("doxing", "website-down")


def test_the_receipt_advises_on_all_of_it_and_says_nothing_twice(house, browser):
    go_to(browser, 4, first=TWO, own={})

    send(browser, {"story": "Both."})

    browser.open("/report/received/advice")
    for kind in TWO["what"]:
        for advice in LIBRARY.playbook(kind).safe_now:
            if advice.when is None:
                assert str(advice.text).replace("'", "&#39;") in browser.text
    browser.open("/report/received/advice")
    items = re.findall(r"<li>\s*(.*?)\s*</li>", browser.text.partition("Safe to do now")[2], re.S)
    assert len(items) == len(set(items))


def test_advice_that_could_do_harm_says_on_the_receipt_what_to_mind(browser):
    lines = LIBRARY.playbook("impersonation").safe_now
    [advice] = (one for one in lines if one.id == "true-names")
    go_to(browser, 4, first={"what": "impersonation"}, own={})

    send(browser, {"story": "Help."})
    browser.open("/report/received/advice")

    assert re.search(f"{advice.text}.*{advice.risk}", browser.text)


def test_the_receipt_says_that_advice_is_a_draft(browser):
    go_to(browser, 4, first={"what": "account-takeover"}, own={})
    send(browser, {"story": "Help."})

    browser.open("/report/received/advice")
    assert "People who’ve been through this haven’t checked this advice yet." in browser.text


def test_what_was_ticked_is_seen_again_before_it_is_sent(browser):
    go_to(browser, 4, first=TWO, own={})

    for kind in TWO["what"]:
        assert str(LIBRARY.playbook(kind).title) in browser.text
    assert 'href="#what"' not in browser.text
    assert "#what" in browser.text


def test_something_else_alone_wants_a_word_and_with_another_kind_does_not(house, browser):
    go_to(browser, 4, first={"what": [SOMETHING_ELSE]}, own={})
    send(browser, {})
    assert browser.status == 422

    go_to(browser, 4, first={"what": [SOMETHING_ELSE, "doxing"]}, own={})
    send(browser, {})
    assert browser.status == 200
    with house.inside() as work:
        assert work.session.scalar(select(func.count()).select_from(Case)) == 1


def test_every_page_stands_under_one_heading_and_headings_name_pages_that_exist():
    named = [name for group in LIBRARY.collection.groups for name in group.playbooks]
    there = {page.id for page in LIBRARY.playbooks} - {SOMETHING_ELSE}

    assert len(named) == len(set(named))
    assert set(named) == there
    assert [one.title for one in report_form_rules.kinds_by_heading(LIBRARY)] == [
        group.title for group in LIBRARY.collection.groups
    ]


def test_a_report_without_a_tick_is_about_something_else():
    assert [page.id for page in report_form_rules.playbooks_to_ask(LIBRARY, [])] == [SOMETHING_ELSE]
