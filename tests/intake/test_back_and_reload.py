"""Back and Reload on the pages of the report ask nothing, and what was typed is there."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from helpdesk.core.stored_responses import StoredResponse
from helpdesk.intake.views import draft_between_steps
from helpdesk.web import kept_result_pages
from tests.intake.browser import FROM_US, Browser
from tests.intake.test_reports import FIRST, LAST, OWN, cases, go_to, send

STORY = "A story of one's own.\r\nIn two lines."


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_every_page_of_the_report_is_one_that_can_be_reloaded(browser, number):
    go_to(browser, number) if number > 1 else browser.open("/report")

    assert browser.answer.request.method == "GET"
    assert f"Page {number} of 4" in browser.text
    fields = browser.form("/report").fields
    browser.answer = browser.client.get(browser.answer.request.full_path, headers=FROM_US)
    kept = [pair for pair in browser.form("/report").fields if pair[0] != "csrf_token"]
    assert kept == [pair for pair in fields if pair[0] != "csrf_token"]


def test_the_browsers_back_shows_what_was_typed_on_an_earlier_page(browser):
    go_to(browser, 4)
    browser.send("/report", button=("to", "3"), answers={"story": STORY})

    browser.open("/report?page=4")
    assert ("story", STORY) in browser.form("/report").fields
    browser.open("/report?page=3")
    assert ("q_platform", OWN["q_platform"]) in browser.form("/report").fields
    browser.open("/report?page=2")
    assert ("q_hold", FIRST["q_hold"]) in browser.form("/report").fields
    browser.open("/report?page=1")
    assert ("what", FIRST["what"]) in browser.form("/report").fields


def test_what_must_be_put_right_is_said_on_a_page_that_can_be_reloaded(browser):
    browser.open("/report")
    browser.send("/report", button=("to", "2"))
    browser.send("/report", button=("to", "3"))
    browser.send("/report", button=("to", "4"))
    for _ in range(2):
        send(browser, {})
        assert browser.status == 422
        assert browser.answer.request.method == "GET"
        assert "Tell us in a few words what happened." in browser.text
    send(browser, {"story": "Help."})
    assert browser.status == 200


def test_no_address_of_the_report_says_anything_of_it(browser):
    go_to(browser, 4)
    seen = [one.request.full_path for one in browser.answer.history]

    assert {"/report?page=4"} >= {browser.answer.request.full_path, *seen}


def test_an_empty_form_is_empty_whoever_filled_one_in_before(browser):
    go_to(browser, 4)

    browser.open("/report")

    assert not any(name == "what" for name, _ in browser.form("/report").fields)


@pytest.mark.parametrize("how", ["leave", "send", "late"])
def test_what_was_typed_is_not_there_after_leaving_sending_or_an_hour(house, browser, how):
    go_to(browser, 4)
    browser.send("/report", button=("to", "3"), answers={"story": STORY})
    if how == "leave":
        browser.open("/leave")
    elif how == "send":
        browser.open("/report?page=4")
        send(browser, LAST)
    else:
        with house.inside() as work:
            house._become("postgres")
            work.session.execute(update(StoredResponse).values(at=work.at - timedelta(minutes=30)))

    browser.open("/report?page=3")

    assert "Page 1 of 4" in browser.text
    assert "story of one" not in browser.text


def test_what_is_kept_opens_in_this_browser_alone(house, browser):
    go_to(browser, 4)
    with house.inside() as work:
        rows = work.session.scalars(select(StoredResponse)).all()
    assert rows
    for row in rows:
        assert b"account-takeover" not in row.answer.raw

    other = Browser(browser.client.application.test_client())
    other.open("/report?page=3")
    assert "Page 1 of 4" in other.text


def test_a_very_long_report_travels_in_its_pages(house, browser):
    go_to(browser, 4)
    story = "字" * 49_000

    browser.send("/report", button=("to", "3"), answers={"story": story})
    assert browser.answer.request.path.startswith("/results/")
    browser.send("/report", button=("to", "4"))
    send(browser, {})

    [case] = cases(house)
    with house.inside() as work:
        assert work.keys.open(case, "story") == story
    assert len(json.dumps(story)) > draft_between_steps.LONGEST


def test_too_many_at_once_travel_in_their_pages(browser, monkeypatch):
    monkeypatch.setattr(draft_between_steps, "BURST", 0)
    monkeypatch.setattr(kept_result_pages, "BURST", 0)

    go_to(browser, 4)

    assert browser.answer.request.method == "POST"
    assert ("what", FIRST["what"]) in browser.form("/report").fields
