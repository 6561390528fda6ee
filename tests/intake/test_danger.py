"""Despair, violence or someone at the door: help stands at once beside the way on."""

import re
from dataclasses import replace

import pytest
from click.testing import CliRunner
from flask import render_template

from helpdesk.app import create_app
from helpdesk.authoring.publishing import published_helplines
from helpdesk.cli import main
from helpdesk.playbooks.answer_evaluation import SafeNowAdvice
from helpdesk.playbooks.danger_signs import ANSWERS
from helpdesk.playbooks.model import Advice, LossIfLate, Text, UrgentHelpSection
from helpdesk.playbooks.repository import load_current_library
from helpdesk.settings import NotConfigured, Surface
from tests.intake.browser import Browser
from tests.intake.test_reports import LAST, go_to, send


def find(browser, words):
    browser.open("/report")
    browser.send("/report", button=("to", "1"), answers={"story": words})


@pytest.mark.parametrize(
    ("words", "says", "place"),
    [
        ("suicide", "face this alone", "too-much"),
        ("he hits me", "Is someone close to you hurting you?", "home"),
        ("the police are at my door", "Is someone at the door?", "door"),
        ("I'm 15 and he has my pictures", "Is a child in danger", "child"),
    ],
)
def test_words_of_danger_bring_help_at_once_and_the_search_goes_on(browser, words, says, place):
    find(browser, words)

    assert says in browser.text
    assert f'href="/help-now#{place}"' in browser.text
    assert browser.text.index(says) < browser.text.index("Tick all that apply")
    browser.open("/help-now")
    assert f'id="{place}"' in browser.text


@pytest.mark.parametrize("section", UrgentHelpSection)
def test_every_section_that_a_line_of_advice_can_name_is_on_the_page_of_help(browser, section):
    browser.open("/help-now")

    assert f'id="{section.value}"' in browser.text


def advice_of(**said):
    one = Advice(id="first", text=Text("", "Do this now."), is_dont=False, **said)
    return SafeNowAdvice((one,), ())


@pytest.mark.parametrize(
    ("said", "link"),
    [
        ({"at_stake": LossIfLate.MONEY}, None),
        ({"at_stake": LossIfLate.SAFETY}, "/help-now"),
        (
            {"at_stake": LossIfLate.SAFETY, "urgent_help": UrgentHelpSection.TAKEN},
            "/help-now#taken",
        ),
    ],
)
def test_behind_the_first_thing_to_do_is_urgent_help_only_where_a_person_is_in_danger(
    app, said, link
):
    with app.test_request_context("/report/received"):
        page = render_template(
            "intake/_first_aid.html",
            danger_signs=(),
            level="immediate",
            advice=advice_of(**said),
        )

    assert "Do this now." in page
    assert re.findall(r'href="(.*?)"', page) == ([link] if link else [])


@pytest.mark.parametrize("section", [None, UrgentHelpSection.TOO_MUCH])
def test_a_line_of_advice_leads_to_the_section_that_it_names(app, section):
    with app.test_request_context("/mailbox/case/advice"):
        advice = advice_of(urgent_help=section)
        page = render_template("intake/_advice.html", advice=advice, is_draft=False)

    assert re.findall(r'href="(.*?)"', page) == (["/help-now#too-much"] if section else [])


def test_other_words_bring_none(browser):
    find(browser, "my account was hacked")

    assert "/help-now#" not in browser.text


def test_a_story_of_danger_is_answered_on_the_receipt_and_decides_nothing(house, browser):
    go_to(browser, 4)
    send(browser, LAST | {"story": "They took it.\n\nI do not want to live, I want to die."})

    assert "Your return code" in browser.text
    assert 'href="/help-now#too-much"' in browser.text


@pytest.mark.parametrize(("age", "shown"), [("yes", True), ("no", False)])
def test_who_answers_that_they_are_under_18_finds_help_for_children_on_the_receipt(
    browser, age, shown
):
    first = {"what": "intimate-images", "q_danger": "credible", "q_hold": "running"}
    go_to(browser, 4, first=first, own={"q_img_age": age})
    send(browser, LAST | {"story": "He has my pictures."})

    assert "Your return code" in browser.text
    assert ('href="/help-now#child"' in browser.text) is shown


@pytest.mark.parametrize(
    ("story", "shown"), [("He has my pictures.", False), ("I'm 16. He has my pictures.", True)]
)
def test_the_advice_right_after_the_receipt_shows_it_again_for_what_was_typed_alone(
    browser, story, shown
):
    first = {"what": "intimate-images", "q_danger": "credible", "q_hold": "running"}
    go_to(browser, 4, first=first, own={"q_img_age": "yes"})
    send(browser, LAST | {"story": story})
    assert "or are you under 18?" in browser.text

    browser.open("/report/received/advice")

    assert "What to do now" in browser.text
    assert ("or are you under 18?" in browser.text) is shown


def test_the_answer_that_shows_a_child_is_one_that_can_be_given():
    asked = {one.id: one for page in load_current_library().playbooks for one in page.questions}

    assert all(asked[question].option(said) for question, said in ANSWERS)


def test_the_page_of_help_has_numbers_and_addresses_to_tap(browser):
    browser.open("/help-now")

    for href in ("tel:112", "tel:988", "mailto:help@accessnow.org", "tel:+35312100489"):
        assert f'href="{href}"' in browser.text
    assert (
        browser.text.count(
            "We haven’t checked the numbers and addresses on this page ourselves yet."
        )
        == 1
    )


def test_countries_are_named_in_the_language_of_the_page(house):
    settings = replace(house.intake.settings, languages=("fr",), offer_unreviewed=True)
    app = create_app(replace(house.intake, settings=settings), Surface.PUBLIC)

    browser = Browser(app.test_client())
    browser.open("/fr/help-now")

    assert "Allemagne" in browser.text
    assert "Germany" not in browser.text


@pytest.mark.parametrize(
    ("language", "row"),
    [
        ("en", "Croatia, Cyprus, Czechia, Denmark, Estonia"),
        ("fr", "Allemagne, Autriche, Belgique"),
        ("ar", "إسبانيا وإستونيا و"),
    ],
)
def test_countries_stand_where_one_looks_for_ones_own(house, language, row):
    settings = replace(house.intake.settings, languages=(language,), offer_unreviewed=True)
    app = create_app(replace(house.intake, settings=settings), Surface.PUBLIC)

    browser = Browser(app.test_client())
    browser.open(f"/{language}/help-now")

    assert row in browser.text


def test_an_operators_own_lines_stand_instead_of_ours(house, tmp_path):
    lines = tmp_path / "lines.yml"
    lines.write_text(
        "- {slug: our-line, name: Our <line>, for: crisis, ways: [{call: '123 45'}],"
        " source: we know them, verified_on: 2026-11-01}\n"
    )
    published = tmp_path / "lines.json"
    published.write_text(published_helplines(lines))

    browser = Browser(app_with(house, published).test_client())
    browser.open("/help-now")

    assert "Our &lt;line&gt;" in browser.text
    assert 'href="tel:12345"' in browser.text
    assert "Checked on" in browser.text
    assert "tel:988" not in browser.text
    assert not re.search(r"<details>\s*</details>", browser.text)


def test_an_operators_file_with_a_fault_is_refused_with_its_line(house, tmp_path):
    lines = tmp_path / "lines.yml"
    lines.write_text("- {slug: our-line}\n")

    command = ["playbooks", "helplines", str(lines), "--out", str(tmp_path / "lines.json")]
    refused = CliRunner().invoke(main, command)

    assert refused.exit_code == 2
    assert "lines.yml, line 1" in refused.output
    assert not (tmp_path / "lines.json").exists()


def test_lines_that_were_never_published_are_refused_with_what_to_do(house, tmp_path):
    lines = tmp_path / "lines.yml"
    lines.write_text("- {slug: our-line}\n")

    with pytest.raises(NotConfigured, match=r"lines\.yml holds no .*playbooks helplines"):
        app_with(house, lines)


def app_with(house, lines):
    settings = replace(house.intake.settings, helplines=lines)
    app = create_app(replace(house.intake, settings=settings), Surface.PUBLIC)
    app.testing = True
    return app
