"""No page of the report is heavy, whatever was ticked: 50 KB with its style, in every language."""

import itertools
import re
from dataclasses import replace

import pytest

from helpdesk.app import create_app
from helpdesk.intake import report_form_rules
from helpdesk.intake.languages import offered_languages
from helpdesk.playbooks import several_kinds_of_trouble
from helpdesk.playbooks.conditions import names_in
from helpdesk.playbooks.repository import load_current_library
from helpdesk.settings import Surface
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


def test_what_is_open_at_first_fits_three_screens_and_the_rest_is_folded_kind_by_kind():
    for kinds in itertools.combinations(KINDS, 3):
        pages = report_form_rules.playbooks_to_ask(LIBRARY, kinds)
        points = LIBRARY.decision_questions
        asked = [
            one
            for one in report_form_rules.urgency_questions(LIBRARY, pages)
            if one.id not in points
        ]

        groups = report_form_rules.group_questions(pages, asked)

        shown = [one for group in groups if not group.is_folded for one in group.questions]
        assert (
            sum(report_form_rules.estimate_rows(one) for one in shown)
            <= report_form_rules.OPEN_ROWS
        )
        listed = [one.id for group in groups for one in group.questions]
        assert sorted(listed) == sorted(one.id for one in asked)
        assert not groups or not groups[0].is_folded


def test_a_kind_that_is_folded_away_is_named_and_open_once_something_was_answered(browser):
    kinds = ["harassment-threats", "intimate-images", "device-suspicious"]
    browser.open("/report")
    browser.send("/report", button=("to", "2"), answers={"what": kinds})
    browser.send("/report", button=("to", "3"))
    titles = [str(LIBRARY.playbook(kind).title) for kind in kinds]
    fold = '<details>\n  <summary><span class="summary-text">Questions about: '
    folded = [one for one in titles if f"{fold}{one}" in browser.text]
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
