"""No page of the report is heavy, whatever was ticked: 50 KB with its style, in every language."""

import itertools
import re
from dataclasses import replace

import pytest

from helpdesk.app import create_app
from helpdesk.cases.levels import Level
from helpdesk.intake import report_form_rules
from helpdesk.intake.languages import offered_languages
from helpdesk.playbooks import several_kinds_of_trouble
from helpdesk.playbooks.conditions import names_in
from helpdesk.playbooks.model import QuestionKind
from helpdesk.playbooks.repository import load_current_library
from helpdesk.settings import Surface
from helpdesk.triage.judgement import judge_report
from helpdesk.triage.repository import load_decision_table
from tests.conftest import ROOT
from tests.intake.browser import Browser

LARGEST = 50_000
LIBRARY = load_current_library()
KINDS = [page.id for page in report_form_rules.incident_kinds(LIBRARY)]
STYLE = re.compile(r'href="/[^"]*(static/[^"]+\.css)"')


def heaviest_pairs(how_many=3):
    def lines(kinds):
        asked = several_kinds_of_trouble.merged_questions(
            LIBRARY, several_kinds_of_trouble.playbooks_of_kinds(LIBRARY, kinds)
        )
        return sum(2 + len(one.options) for one in asked)

    return sorted(itertools.combinations(KINDS, 2), key=lines)[-how_many:]


def weight(browser):
    sheets = set(STYLE.findall(browser.text))
    assert sheets
    return len(browser.answer.data) + sum(
        (ROOT / "helpdesk" / one).stat().st_size for one in sheets
    )


@pytest.fixture
def settings_of_all(house):
    """Settings that offer every language there is, reviewed or not."""
    return replace(house.intake.settings, offer_unreviewed=True)


@pytest.mark.parametrize("kinds", [(), *heaviest_pairs(), tuple(KINDS)])
def test_every_page_is_light(house, settings_of_all, kinds):
    app = create_app(replace(house.intake, settings=settings_of_all), Surface.PUBLIC)
    app.testing = True
    for language in offered_languages(settings_of_all):
        browser, address = Browser(app.test_client()), f"/{language}/report"
        browser.open(address)
        assert f'lang="{language}"' in browser.text
        assert weight(browser) <= LARGEST

        browser.send(address, button=("to", "1"), answers={"story": "hacked", "what": kinds})
        assert weight(browser) <= LARGEST
        browser.send(address, button=("to", "2"))
        assert browser.status == 200
        assert weight(browser) <= LARGEST, language
        browser.send(address, button=("to", "3"))
        browser.send(address, button=("to", "4"))
        assert weight(browser) <= LARGEST


@pytest.mark.parametrize("how_many", [2, 3])
def test_of_two_kinds_or_three_all_are_always_asked_about(how_many):
    for kinds in itertools.combinations(KINDS, how_many):
        asked = report_form_rules.playbooks_to_ask(LIBRARY, kinds)
        assert len(asked) == how_many
        # so that nothing waits in the mailbox on which the level hangs
        questions = {one.id for one in report_form_rules.urgency_questions(LIBRARY, asked)}
        flags = [flag for page in asked for flag in page.red_flags if flag.floor]
        assert questions >= {name for flag in flags for name in names_in(flag.when)}


def grouped(kinds):
    """The kinds that are asked about, and what they ask of their own, group by group."""
    pages = report_form_rules.playbooks_to_ask(LIBRARY, kinds)
    points = LIBRARY.decision_questions
    asked = report_form_rules.urgency_questions(LIBRARY, pages)
    own = [one for one in asked if one.id not in points]
    return pages, own, report_form_rules.group_questions(pages, own, points)


# Whose answers stand for one of the table's: someone has nowhere safe tonight, typed a password…
ANSWER_THE_TABLE = {
    *("dox_tonight", "msg_done", "way_in", "spy_aside"),
    *("site_keeper", "defaced_keys", "office_admin"),
}


def rows(questions):
    return sum(report_form_rules.estimate_rows(one) for one in questions)


# Of two kinds, what is always in sight takes ten rows more than there are, at the most.
ROWS_OF_A_PAIR = report_form_rules.OPEN_ROWS + 10


@pytest.mark.parametrize("how_many", [1, 2, 3])
def test_what_can_make_a_case_most_urgent_is_never_folded_away(how_many):
    for kinds in itertools.combinations(KINDS, how_many):
        pages, own, groups = grouped(kinds)
        folded = {one.id for group in groups if group.is_folded for one in group.questions}
        for page in pages:
            flags = [flag for flag in page.red_flags if flag.floor is Level.IMMEDIATE]
            assert folded.isdisjoint(name for flag in flags for name in names_in(flag.when)), kinds
        assert folded.isdisjoint(ANSWER_THE_TABLE), kinds
        assert sorted(one.id for group in groups for one in group.questions) == sorted(
            one.id for one in own
        )


def test_what_is_in_sight_fits_three_screens_and_the_rest_is_folded_kind_by_kind():
    for kinds in itertools.combinations(KINDS, 2):
        _pages, own, groups = grouped(kinds)
        shown = [one for group in groups if not group.is_folded for one in group.questions]
        assert rows(shown) <= ROWS_OF_A_PAIR, kinds
        if rows(own) <= report_form_rules.OPEN_ROWS:
            assert not any(group.is_folded for group in groups), kinds


def test_no_folded_answer_alone_makes_a_case_immediate():
    """By the real judgement, for every two kinds and each set of answers to the five questions."""
    table = load_decision_table()
    scales = {point.id: point.scale for point in table.points}
    decisions = [
        dict(zip(scales, values, strict=True)) for values in itertools.product(*scales.values())
    ]
    for kinds in itertools.combinations(KINDS, 2):
        pages, _own, groups = grouped(kinds)
        folded = [one for group in groups if group.is_folded for one in group.questions]
        for question, option in ((one, each) for one in folded for each in one.options):
            said = (option.id,) if question.kind is QuestionKind.MANY_OF else option.id
            for told in decisions:
                if judge_report(table, pages, told).level is not Level.IMMEDIATE:
                    judged = judge_report(table, pages, {**told, question.id: said})
                    assert judged.level is not Level.IMMEDIATE, (kinds, question.id, option.id)


def test_one_kind_has_nothing_folded_away():
    for kind in KINDS:
        assert not any(group.is_folded for group in grouped([kind])[2]), kind


def test_the_service_is_asked_for_in_sight_wherever_one_of_two_kinds_asks_for_it():
    for kinds in itertools.combinations(KINDS, 2):
        folded = [
            one.id for group in grouped(kinds)[2] if group.is_folded for one in group.questions
        ]
        assert "platform" not in folded, kinds


def test_a_kind_that_is_folded_away_is_named_and_open_once_something_was_answered(browser):
    kinds = ["harassment-threats", "intimate-images", "device-suspicious"]
    browser.open("/report")
    browser.send("/report", button=("to", "2"), answers={"what": kinds})
    browser.send("/report", button=("to", "3"))
    titles = [str(LIBRARY.playbook(kind).title) for kind in kinds]
    fold = '<details>\n  <summary><span class="summary-text">[0-9]+ more questions? about: '
    folded = [one for one in titles if re.search(f"{fold}{one}", browser.text)]
    assert len(folded) == 2

    name = "q_img_age" if titles[1] in folded else "q_dev_who"
    choice = {"q_img_age": "yes", "q_dev_who": "work"}[name]
    browser.send("/report", button=("to", "4"), answers={name: choice})
    browser.send("/report", button=("to", "3"))

    assert browser.text.count('<details open>\n  <summary><span class="summary-text">') == 1


def floors(page_id):
    flags = LIBRARY.playbook(page_id).red_flags
    return sorted((flag.floor.rank for flag in flags if flag.floor), reverse=True)


def test_of_very_many_kinds_those_are_asked_about_that_can_be_most_urgent():
    asked = [page.id for page in report_form_rules.playbooks_to_ask(LIBRARY, KINDS)]

    assert 3 <= len(asked) <= 4
    left = [floors(kind) for kind in KINDS if kind not in asked]
    assert min(floors(kind) for kind in asked) >= max(left)


def test_what_can_be_most_urgent_is_asked_about_wherever_it_stands_in_the_list():
    accounts = ["account-suspended", "suspicious-message", "device-suspicious", "website-down"]
    assert report_form_rules.playbooks_to_ask(LIBRARY, [*accounts, "doxing"])[0].id == "doxing"
    assert (
        report_form_rules.playbooks_to_ask(LIBRARY, ["advice", "intimate-images"])[0].id
        == "intimate-images"
    )
